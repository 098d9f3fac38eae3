//! Any source, with equal probability.

use crate::Result;
use crate::bandit::parameters::Parameters;
use crate::bandit::{Outcome, Player, Policy, Replay};
use crate::normal::Normals;
use crate::uniform::below;

/// Any source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uniform;

impl Policy for Uniform {
    const NAME: &'static str = "uniform";
    const PARAMETERS: &'static [&'static str] = &[];

    fn read(_given: &Parameters) -> Result<Self> {
        Ok(Self)
    }

    fn check(&self, _sources: usize) -> Result<()> {
        Ok(())
    }

    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
        replay.play(Dice { sources: replay.sources() })
    }

    #[cfg(test)]
    fn examples() -> Vec<Self> {
        vec![Self]
    }
}

struct Dice {
    sources: usize,
}

impl Player for Dice {
    fn select(&mut self, own: &mut Normals) -> usize {
        below(self.sources, own.word())
    }

    fn observe(&mut self, _source: usize, _fraction: f64) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::tests::{choices, setting};

    #[test]
    fn every_source_is_as_likely() {
        let played = choices(Uniform, &setting(&[0.9, 0.1, 0.5], 1, (1..=6000).collect()), 0);
        for source in 0..3 {
            // Bin(6000, 1/3) has standard deviation 36.5.
            let times = played.iter().filter(|&&chosen| chosen == source).count();
            assert!(times.abs_diff(2000) < 183, "{source}: {times}");
        }
    }
}
