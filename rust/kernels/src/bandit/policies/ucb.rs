//! UCB: mean + √(ξ ln T/n), or ln t with no horizon (Auer, Cesa-Bianchi, Fischer 2002).

use crate::Result;
use crate::bandit::indices::{Indexed, first_largest};
use crate::bandit::parameters::{Parameters, Unit, long_enough, positive};
use crate::bandit::{Outcome, Player, Policy, Replay};
use crate::normal::Normals;

/// Upper confidence bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ucb {
    /// T, or `None`: the number of rounds so far.
    pub horizon: Option<f64>,
    /// ξ.
    pub xi: f64,
    /// What n counts.
    pub unit: Unit,
}

impl Policy for Ucb {
    const NAME: &'static str = "ucb";
    const PARAMETERS: &'static [&'static str] = &["horizon", "xi", "unit"];

    fn read(given: &Parameters) -> Result<Self> {
        Ok(Self { horizon: given.optional("horizon")?, xi: given.number("xi")?, unit: given.unit()? })
    }

    fn check(&self, sources: usize) -> Result<()> {
        positive("xi", self.xi)?;
        self.horizon.map_or(Ok(()), |horizon| long_enough(horizon, sources))
    }

    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
        let (k, weight) = (replay.sources(), replay.weight(self.unit));
        let Some(horizon) = self.horizon else { return replay.play(Anytime::new(k, weight, self.xi)) };
        let scale = self.xi * libm::log(horizon);
        replay.play(Indexed::new(k, weight, move |mean, n| mean + (scale / n).sqrt()))
    }

    #[cfg(test)]
    fn examples() -> Vec<Self> {
        vec![
            Self { horizon: Some(300.0), xi: 2.0, unit: Unit::Rounds },
            Self { horizon: None, xi: 0.5, unit: Unit::Points },
            Self { horizon: None, xi: 2.0, unit: Unit::Rounds },
        ]
    }
}

/// UCB with ln t: means and 1/√n are kept, all indices recomputed.
struct Anytime {
    xi: f64,
    weight: f64,
    round: u64,
    sums: Vec<f64>,
    counts: Vec<f64>,
    means: Vec<f64>,
    widths: Vec<f64>,
}

impl Anytime {
    fn new(k: usize, weight: f64, xi: f64) -> Self {
        let (sums, counts) = (vec![0.0; k], vec![0.0; k]);
        Self { xi, weight, round: 0, sums, counts, means: vec![f64::INFINITY; k], widths: vec![0.0; k] }
    }
}

impl Player for Anytime {
    #[inline]
    fn select(&mut self, _own: &mut Normals) -> usize {
        let scale = if self.round == 0 { 0.0 } else { (self.xi * libm::log(self.round as f64)).sqrt() };
        first_largest(self.means.iter().zip(&self.widths).map(|(mean, width)| mean + scale * width))
    }

    #[inline]
    fn observe(&mut self, source: usize, fraction: f64) {
        let sum = self.sums[source] + fraction * self.weight;
        let count = self.counts[source] + self.weight;
        (self.sums[source], self.counts[source]) = (sum, count);
        (self.means[source], self.widths[source]) = (sum / count, 1.0 / count.sqrt());
        self.round += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::tests::{refused, whole_history};

    #[test]
    fn it_chooses_what_the_whole_history_says() {
        for policy in Ucb::examples() {
            whole_history(policy, |seen, source| {
                let (mean, n) = seen.mean(source, seen.weight(policy.unit));
                mean + (policy.xi * libm::log(policy.horizon.unwrap_or(seen.rounds())) / n).sqrt()
            });
        }
    }

    #[test]
    fn what_is_outside_its_domain_is_named() {
        let good = Ucb { horizon: None, xi: 2.0, unit: Unit::Rounds };
        refused(Ucb { horizon: Some(f64::NAN), ..good }, "horizon is NaN");
        refused(Ucb { horizon: Some(1.0), ..good }, "horizon is 1");
        refused(Ucb { xi: 0.0, ..good }, "xi is 0");
        refused(Ucb { xi: f64::INFINITY, ..good }, "xi is inf");
    }
}
