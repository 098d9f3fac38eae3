//! MOSS: mean + √(max(0, ln(T/(K n)))/n) (Audibert and Bubeck 2009).

use crate::Result;
use crate::bandit::indices::Indexed;
use crate::bandit::parameters::{Parameters, long_enough};
use crate::bandit::{Outcome, Policy, Replay};

/// MOSS.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moss {
    /// T, the number of rounds.
    pub horizon: f64,
}

impl Policy for Moss {
    const NAME: &'static str = "moss";
    const PARAMETERS: &'static [&'static str] = &["horizon"];

    fn read(given: &Parameters) -> Result<Self> {
        Ok(Self { horizon: given.number("horizon")? })
    }

    fn check(&self, sources: usize) -> Result<()> {
        long_enough(self.horizon, sources)
    }

    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
        let share = self.horizon / replay.sources() as f64;
        let index = move |mean: f64, n: f64| mean + (libm::log(share / n).max(0.0) / n).sqrt();
        replay.play(Indexed::new(replay.sources(), 1.0, index))
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
        whole_history(Moss { horizon: 300.0 }, |seen, source| {
            let (mean, n) = seen.mean(source, 1.0);
            mean + (libm::log(300.0 / (seen.sources as f64 * n)).max(0.0) / n).sqrt()
        });
    }

    #[test]
    fn a_horizon_below_the_number_of_sources_is_refused() {
        refused(Moss { horizon: 1.0 }, "horizon is 1, but must be");
        refused(Moss { horizon: f64::INFINITY }, "horizon is inf");
    }
}
