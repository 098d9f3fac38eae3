//! The bonus of the published code: mean + √(2 ln T)/n.

use crate::Result;
use crate::bandit::indices::Indexed;
use crate::bandit::parameters::{Parameters, long_enough};
use crate::bandit::{Outcome, Policy, Replay};

/// UCB with the bonus of the published code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PublishedUcb {
    /// T, the number of rounds.
    pub horizon: f64,
}

impl Policy for PublishedUcb {
    const NAME: &'static str = "published_ucb";
    const PARAMETERS: &'static [&'static str] = &["horizon"];

    fn read(given: &Parameters) -> Result<Self> {
        Ok(Self { horizon: given.number("horizon")? })
    }

    fn check(&self, sources: usize) -> Result<()> {
        long_enough(self.horizon, sources)
    }

    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
        let scale = (2.0 * libm::log(self.horizon)).sqrt();
        replay.play(Indexed::new(replay.sources(), 1.0, move |mean, n| mean + scale / n))
    }

    #[cfg(test)]
    fn examples() -> Vec<Self> {
        vec![Self { horizon: 300.0 }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::tests::{refused, whole_history};

    #[test]
    fn it_chooses_what_the_whole_history_says() {
        whole_history(PublishedUcb { horizon: 300.0 }, |seen, source| {
            let (mean, n) = seen.mean(source, 1.0);
            mean + (2.0 * libm::log(300.0)).sqrt() / n
        });
    }

    #[test]
    fn a_horizon_below_the_number_of_sources_is_refused() {
        refused(PublishedUcb { horizon: 1.0 }, "horizon is 1, but must be");
    }
}
