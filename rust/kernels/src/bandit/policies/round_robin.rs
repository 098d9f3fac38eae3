//! One source after another.

use crate::Result;
use crate::bandit::parameters::Parameters;
use crate::bandit::{Outcome, Player, Policy, Replay};
use crate::normal::Normals;

/// One source after another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundRobin;

impl Policy for RoundRobin {
    const NAME: &'static str = "round_robin";
    const PARAMETERS: &'static [&'static str] = &[];

    fn read(_given: &Parameters) -> Result<Self> {
        Ok(Self)
    }

    fn check(&self, _sources: usize) -> Result<()> {
        Ok(())
    }

    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome> {
        replay.play(Turns { sources: replay.sources(), next: 0 })
    }

    #[cfg(test)]
    fn examples() -> Vec<Self> {
        vec![Self]
    }
}

struct Turns {
    sources: usize,
    next: usize,
}

impl Player for Turns {
    fn select(&mut self, _own: &mut Normals) -> usize {
        self.next
    }

    fn observe(&mut self, source: usize, _fraction: f64) {
        self.next = (source + 1) % self.sources;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::tests::{choices, setting};

    #[test]
    fn every_source_has_its_turn() {
        let played = choices(RoundRobin, &setting(&[0.9, 0.1, 0.5], 1, (1..=9).collect()), 2);
        assert!(played.chunks(3).all(|turn| turn == &played[..3]));
        assert!((0..3).all(|source| played[..3].contains(&source)));
    }
}
