//! The source that is truly the richest: what the others are measured against.

use crate::Result;
use crate::bandit::indices::first_largest_within;
use crate::bandit::parameters::Parameters;
use crate::bandit::{Outcome, Player, Policy, Replay};
use crate::normal::Normals;

/// The best source of the segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Oracle;

impl Policy for Oracle {
    const NAME: &'static str = "oracle";
    const PARAMETERS: &'static [&'static str] = &[];

    fn read(_given: &Parameters) -> Result<Self> {
        Ok(Self)
    }

    fn check(&self, _sources: usize) -> Result<()> {
        Ok(())
    }

    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
        replay.play(Knowing { best: 0 })
    }

    #[cfg(test)]
    fn examples() -> Vec<Self> {
        vec![Self]
    }
}

struct Knowing {
    best: usize,
}

impl Player for Knowing {
    fn enter(&mut self, densities: &[f64]) {
        // Densities are given, not computed: no rounding is to be forgiven.
        self.best = first_largest_within(0.0, densities.iter().copied());
    }

    fn select(&mut self, _own: &mut Normals) -> usize {
        self.best
    }

    fn observe(&mut self, _source: usize, _fraction: f64) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::Setting;
    use crate::bandit::tests::{choices, setting};

    #[test]
    fn it_follows_the_densities_however_close_they_are() {
        let one = setting(&[0.5, 0.5f64.next_up()], 1, (1..=6).collect());
        let densities = [one.densities.clone(), vec![0.1, 0.0]].concat();
        let setting = Setting { starts: vec![0, 3], observed: densities.clone(), densities, ..one };
        assert_eq!(choices(Oracle, &setting, 1), [1, 1, 1, 0, 0, 0]);
    }
}
