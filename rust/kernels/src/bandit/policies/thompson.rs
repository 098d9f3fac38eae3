//! Thompson sampling: the largest draw from the Beta posteriors under uniform priors (Thompson 1933).

use crate::Result;
use crate::bandit::indices::first_largest;
use crate::bandit::parameters::Parameters;
use crate::bandit::{Outcome, Player, Policy, Replay, beta};
use crate::normal::Normals;

/// Thompson sampling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thompson;

impl Policy for Thompson {
    const NAME: &'static str = "thompson";
    const PARAMETERS: &'static [&'static str] = &[];

    fn read(_given: &Parameters) -> Result<Self> {
        Ok(Self)
    }

    fn check(&self, _sources: usize) -> Result<()> {
        Ok(())
    }

    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
        replay.play(Posteriors::new(replay.sources(), replay.points()))
    }

    #[cfg(test)]
    fn examples() -> Vec<Self> {
        vec![Self]
    }
}

/// Beta posteriors of the densities, from points.
struct Posteriors {
    points: f64,
    inside: Vec<f64>,
    outside: Vec<f64>,
}

impl Posteriors {
    fn new(k: usize, points: f64) -> Self {
        Self { points, inside: vec![1.0; k], outside: vec![1.0; k] }
    }
}

impl Player for Posteriors {
    fn select(&mut self, own: &mut Normals) -> usize {
        first_largest(self.inside.iter().zip(&self.outside).map(|(&a, &b)| beta(a, b, own)))
    }

    fn observe(&mut self, source: usize, fraction: f64) {
        self.inside[source] += fraction * self.points;
        self.outside[source] += (1.0 - fraction) * self.points;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::Streams;

    #[test]
    fn it_draws_from_the_posterior_of_what_was_observed() {
        let mut own = Normals::new(Streams::new(&[3; 32], "thompson").item(0));
        let mut policy = Posteriors::new(2, 5.0);
        for fraction in [0.2, 0.6, 1.0] {
            policy.observe(1, fraction);
        }
        // Nine of fifteen points inside: Beta(10, 7) against Beta(1, 1).
        assert_eq!((policy.inside[1].round(), policy.outside[1].round()), (10.0, 7.0));
        let n = 40_000;
        let chosen = (0..n).filter(|_| policy.select(&mut own) == 1).count() as f64 / f64::from(n);
        // P(Beta(10, 7) > U) is its mean, 10/17; the standard error is 0.0025.
        assert!((chosen - 10.0 / 17.0).abs() < 5.0 * 0.0025, "{chosen}");
    }
}
