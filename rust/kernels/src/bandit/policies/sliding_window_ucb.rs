//! UCB on the last W rounds: mean + √(ξ ln min(t, W)/n) (Garivier and Moulines 2011).

use crate::Result;
use crate::bandit::indices::most_promising;
use crate::bandit::parameters::{Parameters, parameter, positive};
use crate::bandit::{Outcome, Player, Policy, Replay};
use crate::normal::Normals;

/// UCB on the last W rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlidingWindowUcb {
    /// W.
    pub window: usize,
    /// ξ.
    pub xi: f64,
}

impl Policy for SlidingWindowUcb {
    const NAME: &'static str = "sliding_window_ucb";
    const PARAMETERS: &'static [&'static str] = &["window", "xi"];

    fn read(given: &Parameters) -> Result<Self> {
        Ok(Self { window: given.count("window")?, xi: given.number("xi")? })
    }

    fn check(&self, _sources: usize) -> Result<()> {
        if self.window == 0 {
            return Err(parameter("window", 0, "at least 1"));
        }
        positive("xi", self.xi)
    }

    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
        replay.play(Window::new(replay.sources(), self.window, self.xi))
    }

    #[cfg(test)]
    fn examples() -> Vec<Self> {
        vec![Self { window: 25, xi: 0.6 }, Self { window: 1, xi: 1.0 }]
    }
}

/// Sums over the last W rounds: the newest comes in, the oldest goes out.
struct Window {
    xi: f64,
    window: usize,
    /// The last W rounds, a ring.
    ring: Vec<(usize, f64)>,
    round: usize,
    sums: Vec<f64>,
    counts: Vec<f64>,
}

impl Window {
    fn new(k: usize, window: usize, xi: f64) -> Self {
        Self { xi, window, ring: Vec::new(), round: 0, sums: vec![0.0; k], counts: vec![0.0; k] }
    }
}

impl Player for Window {
    fn select(&mut self, _own: &mut Normals) -> usize {
        let scale = self.xi * libm::log(self.round.clamp(1, self.window) as f64);
        most_promising(&self.sums, &self.counts, |mean, n| mean + (scale / n).sqrt())
    }

    fn observe(&mut self, source: usize, fraction: f64) {
        let place = self.round % self.window;
        if self.ring.len() < self.window {
            self.ring.push((source, fraction));
        } else {
            let (oldest, leaving) = std::mem::replace(&mut self.ring[place], (source, fraction));
            self.counts[oldest] -= 1.0;
            self.sums[oldest] = if self.counts[oldest] > 0.0 { (self.sums[oldest] - leaving).max(0.0) } else { 0.0 };
        }
        self.sums[source] += fraction;
        self.counts[source] += 1.0;
        self.round += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::tests::{refused, whole_history};

    #[test]
    fn it_chooses_what_the_last_rounds_say() {
        for policy in SlidingWindowUcb::examples() {
            whole_history(policy, |seen, source| {
                let (mean, n) = seen.last(policy.window).mean(source, 1.0);
                let scale = policy.xi * libm::log(seen.rounds().min(policy.window as f64));
                if n == 0.0 { f64::INFINITY } else { mean + (scale / n).sqrt() }
            });
        }
    }

    #[test]
    fn what_is_outside_its_domain_is_named() {
        refused(SlidingWindowUcb { window: 0, xi: 1.0 }, "window is 0");
        refused(SlidingWindowUcb { window: 1, xi: -1.0 }, "xi is -1");
    }
}
