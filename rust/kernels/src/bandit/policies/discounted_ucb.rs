//! UCB with geometrically discounted counts: mean + 2√(ξ ln Σn/n) (Garivier and Moulines 2011).

use crate::Result;
use crate::bandit::indices::most_promising;
use crate::bandit::parameters::{Parameters, parameter, positive};
use crate::bandit::{Outcome, Player, Policy, Replay};
use crate::normal::Normals;

/// UCB with geometrically discounted counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiscountedUcb {
    /// Factor per round.
    pub discount: f64,
    /// ξ.
    pub xi: f64,
}

impl Policy for DiscountedUcb {
    const NAME: &'static str = "discounted_ucb";
    const PARAMETERS: &'static [&'static str] = &["discount", "xi"];

    fn read(given: &Parameters) -> Result<Self> {
        Ok(Self { discount: given.number("discount")?, xi: given.number("xi")? })
    }

    fn check(&self, _sources: usize) -> Result<()> {
        if !(self.discount > 0.0 && self.discount <= 1.0) {
            return Err(parameter("discount", self.discount, "in (0, 1]"));
        }
        positive("xi", self.xi)
    }

    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
        replay.play(Discounted::new(replay.sources(), self.discount, self.xi))
    }

    #[cfg(test)]
    fn examples() -> Vec<Self> {
        vec![Self { discount: 0.95, xi: 0.6 }]
    }
}

struct Discounted {
    discount: f64,
    xi: f64,
    sums: Vec<f64>,
    counts: Vec<f64>,
}

impl Discounted {
    fn new(k: usize, discount: f64, xi: f64) -> Self {
        Self { discount, xi, sums: vec![0.0; k], counts: vec![0.0; k] }
    }
}

impl Player for Discounted {
    fn select(&mut self, _own: &mut Normals) -> usize {
        let total: f64 = self.counts.iter().sum();
        let scale = self.xi * libm::log(total.max(1.0));
        most_promising(&self.sums, &self.counts, |mean, n| mean + 2.0 * (scale / n).sqrt())
    }

    fn observe(&mut self, source: usize, fraction: f64) {
        for (sum, count) in self.sums.iter_mut().zip(&mut self.counts) {
            *sum *= self.discount;
            *count *= self.discount;
        }
        self.sums[source] += fraction;
        self.counts[source] += 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::tests::{refused, whole_history};

    #[test]
    fn it_chooses_what_the_discounted_history_says() {
        let policy = DiscountedUcb { discount: 0.95, xi: 0.6 };
        whole_history(policy, |seen, source| {
            let weight = |age: usize| policy.discount.powi(age as i32);
            let aged = seen.history.iter().rev().enumerate();
            let total: f64 = aged.clone().map(|(age, _)| weight(age)).sum();
            let (mut sum, mut n) = (0.0, 0.0);
            for (age, &(_, fraction)) in aged.filter(|(_, round)| round.0 == source) {
                sum += weight(age) * fraction;
                n += weight(age);
            }
            sum / n + 2.0 * (policy.xi * libm::log(total.max(1.0)) / n).sqrt()
        });
    }

    #[test]
    fn what_is_outside_its_domain_is_named() {
        for discount in [0.0, 1.1, f64::NAN] {
            refused(DiscountedUcb { discount, xi: 1.0 }, "discount");
        }
        refused(DiscountedUcb { discount: 0.5, xi: 0.0 }, "xi is 0");
    }
}
