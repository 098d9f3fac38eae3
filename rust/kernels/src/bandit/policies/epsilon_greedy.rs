//! ε-greedy: the largest mean, or with probability ε any source.

use crate::Result;
use crate::bandit::indices::{Indexed, first_largest};
use crate::bandit::parameters::{Parameters, parameter};
use crate::bandit::{Outcome, Player, Policy, Replay};
use crate::normal::Normals;
use crate::uniform::{below, unit};

/// ε-greedy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpsilonGreedy {
    /// ε.
    pub epsilon: f64,
}

impl Policy for EpsilonGreedy {
    const NAME: &'static str = "epsilon_greedy";
    const PARAMETERS: &'static [&'static str] = &["epsilon"];

    fn read(given: &Parameters) -> Result<Self> {
        Ok(Self { epsilon: given.number("epsilon")? })
    }

    fn check(&self, _sources: usize) -> Result<()> {
        if (0.0..=1.0).contains(&self.epsilon) {
            return Ok(());
        }
        Err(parameter("epsilon", self.epsilon, "in [0, 1]"))
    }

    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
        let greedy = Indexed::new(replay.sources(), 1.0, (|mean, _| mean) as fn(f64, f64) -> f64);
        replay.play(Exploring { epsilon: self.epsilon, greedy })
    }

    #[cfg(test)]
    fn examples() -> Vec<Self> {
        vec![Self { epsilon: 0.2 }, Self { epsilon: 0.0 }]
    }
}

struct Exploring {
    epsilon: f64,
    greedy: Indexed<fn(f64, f64) -> f64>,
}

impl Player for Exploring {
    fn select(&mut self, own: &mut Normals) -> usize {
        let greedy = first_largest(self.greedy.indices.iter().copied());
        // Until every source has been pulled there is nothing to be greedy about, nor to explore.
        if self.greedy.indices[greedy] < f64::INFINITY && unit(own.word()) < self.epsilon {
            return below(self.greedy.indices.len(), own.word());
        }
        greedy
    }

    fn observe(&mut self, source: usize, fraction: f64) {
        self.greedy.observe(source, fraction);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::tests::{refused, whole_history};

    #[test]
    fn without_exploration_it_chooses_the_largest_mean() {
        whole_history(EpsilonGreedy { epsilon: 0.0 }, |seen, source| seen.mean(source, 1.0).0);
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        for epsilon in [-0.1, 1.1, f64::NAN] {
            refused(EpsilonGreedy { epsilon }, "epsilon");
        }
    }
}
