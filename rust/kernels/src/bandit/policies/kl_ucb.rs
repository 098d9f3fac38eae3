//! KL-UCB: the largest q with n·kl(mean, q) ≤ ln T, or ln t (Garivier and Cappé 2011).

use crate::Result;
use crate::bandit::indices::{Indexed, TIE};
use crate::bandit::parameters::{Parameters, Unit, long_enough};
use crate::bandit::{Outcome, Player, Policy, Replay};
use crate::normal::Normals;

/// KL-UCB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KlUcb {
    /// T, or `None`: the number of rounds so far.
    pub horizon: Option<f64>,
    /// What n counts.
    pub unit: Unit,
}

impl Policy for KlUcb {
    const NAME: &'static str = "kl_ucb";
    const PARAMETERS: &'static [&'static str] = &["horizon", "unit"];

    fn read(given: &Parameters) -> Result<Self> {
        Ok(Self { horizon: given.optional("horizon")?, unit: given.unit()? })
    }

    fn check(&self, sources: usize) -> Result<()> {
        self.horizon.map_or(Ok(()), |horizon| long_enough(horizon, sources))
    }

    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
        let (k, weight) = (replay.sources(), replay.weight(self.unit));
        let Some(horizon) = self.horizon else { return replay.play(Anytime::new(k, weight)) };
        let log = libm::log(horizon);
        replay.play(Indexed::new(k, weight, move |mean, n| kl_upper(mean, log / n)))
    }

    #[cfg(test)]
    fn examples() -> Vec<Self> {
        vec![
            Self { horizon: Some(300.0), unit: Unit::Points },
            Self { horizon: None, unit: Unit::Rounds },
            Self { horizon: None, unit: Unit::Points },
        ]
    }
}

/// KL-UCB with ln t. All indices rise with t, but only those that may be the largest are solved for: the index of a
/// source is below q exactly if n·kl(mean, q) > ln t, which takes no iteration.
struct Anytime {
    weight: f64,
    round: u64,
    sums: Vec<f64>,
    counts: Vec<f64>,
    means: Vec<f64>,
    /// Entropies of the means.
    entropies: Vec<f64>,
    last: usize,
}

impl Anytime {
    fn new(k: usize, weight: f64) -> Self {
        let zeros = || vec![0.0; k];
        Self { weight, round: 0, sums: zeros(), counts: zeros(), means: zeros(), entropies: zeros(), last: 0 }
    }
}

impl Player for Anytime {
    fn select(&mut self, _own: &mut Normals) -> usize {
        if let Some(untried) = self.counts.iter().position(|&count| count == 0.0) {
            return untried;
        }
        let log = libm::log(self.round.max(1) as f64);
        let (mut best, mut q) = (self.last, kl_upper(self.means[self.last], log / self.counts[self.last]));
        let (mut log_q, mut log_rest) = (libm::log(q), libm::log(1.0 - q));
        for i in 0..self.means.len() {
            let (p, c) = (self.means[i], log / self.counts[i]);
            // Rounding of 1 − q, of the sum, and of the solution, with room to spare.
            let slack = 4.0 * f64::EPSILON / (1.0 - q) + 1e-13 + 1e-9 * c;
            if i == best || (p < q && q < 1.0 && -self.entropies[i] - p * log_q - (1.0 - p) * log_rest > c + slack) {
                continue;
            }
            let index = kl_upper(p, c);
            if index > q + TIE || (index >= q - TIE && i < best) {
                (best, q) = (i, index);
                (log_q, log_rest) = (libm::log(q), libm::log(1.0 - q));
            }
        }
        self.last = best;
        best
    }

    fn observe(&mut self, source: usize, fraction: f64) {
        self.sums[source] += fraction * self.weight;
        self.counts[source] += self.weight;
        self.means[source] = self.sums[source] / self.counts[source];
        self.entropies[source] = entropy(self.means[source]);
        self.round += 1;
    }
}

/// −p ln p − (1 − p) ln(1 − p); 0 at 0, at 1, and above, where rounding may leave a mean.
fn entropy(p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 { 0.0 } else { -(p * libm::log(p) + (1.0 - p) * libm::log1p(-p)) }
}

/// The largest q in [p, 1] with kl(p, q) ≤ c, for p in [0, 1] and c ≥ 0.
///
/// In v = −ln(1 − q) the divergence g(v) = −H(p) − p ln q + (1 − p) v is convex and, right of p, increasing. Newton's
/// method from a point right of the root therefore descends to it. Two such points: g(v) ≥ −H + (1 − p) v, and q ≤ p +
/// √(c/2) (Pinsker).
fn kl_upper(p: f64, c: f64) -> f64 {
    if p >= 1.0 || c <= 0.0 {
        return p;
    }
    let entropy = entropy(p);
    let mut v = (c + entropy) / (1.0 - p);
    if p <= 0.0 {
        return -libm::expm1(-v);
    }
    let pinsker = p + (c / 2.0).sqrt();
    if pinsker < 1.0 {
        v = v.min(-libm::log1p(-pinsker));
    }
    let least = -libm::log1p(-p);
    for _ in 0..50 {
        let q = -libm::expm1(-v);
        let excess = -entropy - p * libm::log(q) + (1.0 - p) * v - c;
        let slope = (1.0 - p) - p * (1.0 - q) / q;
        if slope <= 0.0 {
            break; // at q = p, to rounding
        }
        let step = excess / slope;
        v = (v - step).max(least);
        if step <= 1e-12 * v {
            break;
        }
    }
    (-libm::expm1(-v)).clamp(p, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::tests::{refused, whole_history};
    use proptest::prelude::*;

    fn by_bisection(p: f64, c: f64) -> f64 {
        let term = |a: f64, b: f64| if a == 0.0 { 0.0 } else { a * libm::log(a / b) };
        let (mut low, mut high) = (p, 1.0);
        for _ in 0..200 {
            let q = 0.5 * (low + high);
            if term(p, q) + term(1.0 - p, 1.0 - q) <= c { low = q } else { high = q }
        }
        low
    }

    #[test]
    fn it_chooses_what_the_whole_history_says() {
        for policy in KlUcb::examples() {
            whole_history(policy, |seen, source| {
                let (mean, n) = seen.mean(source, seen.weight(policy.unit));
                by_bisection(mean, libm::log(policy.horizon.unwrap_or(seen.rounds())) / n)
            });
        }
    }

    proptest! {
        #[test]
        fn newton_finds_what_bisection_finds(p in 0.0f64..=1.0, c in 1e-6f64..30.0) {
            prop_assert!((kl_upper(p, c) - by_bisection(p, c)).abs() < 1e-9);
        }

        #[test]
        fn newton_stays_in_range_for_tiny_arguments(p in 0.0f64..1e-12, c in 0.0f64..1e-12) {
            let q = kl_upper(p, c);
            prop_assert!(q >= p && q <= 1.0);
        }
    }

    #[test]
    fn a_horizon_below_the_number_of_sources_is_refused() {
        refused(KlUcb { horizon: Some(1.0), unit: Unit::Rounds }, "horizon is 1, but must be");
    }
}
