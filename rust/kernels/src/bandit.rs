//! Replicated stochastic bandits: which of K data sources is richest in overlap points?
//!
//! In round t a policy chooses a source k, draws a batch of b points from it and observes a fraction: Bin(b, p_k)/b,
//! with p_k the probability that a point is *reported* as overlap. Regret is counted in the true densities ρ:
//! R_t = Σ_{s ≤ t} (max_j ρ_j(s) − ρ_{chosen}(s)), the cumulative pseudo-regret (Shin, Cooper, Sala 2025, section 3;
//! Auer et al. 2002). Densities may change at given rounds (piecewise constant).
//!
//! Work item = replicate. It has three streams: uniforms, one a round, of which an observation is the binomial quantile
//! (so that policies share their luck, whatever they choose); an order of the sources, in which ties are broken; and
//! what the policy itself draws. Hence any subset, order or number of threads gives the same numbers. Only checkpoints
//! are kept.
//!
//! Cost of a round: K comparisons, one 64-bit word, and the update of the index of one source, or of all K where the
//! policy needs it.

mod beta;
mod fractions;
mod indices;
mod parameters;
pub mod policies;
#[cfg(test)]
mod tests;

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::normal::Normals;
use crate::streams::Streams;
use crate::uniform::{below, shuffle, unit};
use crate::{Call, KernelError, Result};

pub use beta::beta;
use fractions::Fractions;
use parameters::parameter;
pub use parameters::{Parameters, Unit, Value};
pub use policies::Kind;

/// Entries that the tables of one run may hold: 1 GiB.
const TABLE_LIMIT: usize = 1 << 27;
/// Rounds, times sources, between two looks at whether to stop.
const LOOK: usize = 1 << 14;

/// The sources of all replicates.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Number K of sources.
    pub sources: usize,
    /// First round of each segment, ascending from 0.
    pub starts: Vec<u64>,
    /// True overlap densities, segment by segment, (segments, K).
    pub densities: Vec<f64>,
    /// Probabilities that a point is reported as overlap, (segments, K).
    pub observed: Vec<f64>,
    /// Points per round.
    pub batch: u32,
    /// Rounds after which regret and pulls are kept, ascending from at least 1; the last one ends the run.
    pub checkpoints: Vec<u64>,
}

/// One replicate at the checkpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Cumulative pseudo-regret, (checkpoints,).
    pub regret: Vec<f64>,
    /// How often each source had been chosen, (checkpoints, K).
    pub pulls: Vec<u64>,
}

/// The draws of one replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct Draws {
    /// The sources in the order in which ties are broken.
    pub order: Vec<usize>,
    /// Uniforms on [0, 1), one a round.
    pub uniforms: Vec<f64>,
}

/// Plays `kind` against the sources, once per replicate.
///
/// # Errors
/// [`KernelError`] for a setting or a policy outside its domain.
pub fn run<'a>(
    kind: &Kind,
    setting: &Setting,
    key: &[u8; 32],
    replicates: &[u64],
    call: impl Into<Call<'a>>,
) -> Result<Vec<Outcome>> {
    let call = call.into();
    check(setting)?;
    kind.check(setting.sources)?;
    let fractions = Fractions::new(setting.batch, &setting.observed);
    call.install(|| {
        replicates
            .par_iter()
            .map(|&replicate| kind.play(&mut Replay::new(setting, &fractions, key, replicate, call)))
            .collect()
    })?
}

/// As [`run`], into the caller's arrays: `regret` is (replicates, checkpoints), `pulls` (replicates, checkpoints, K).
/// Beside them no more than one replicate per thread is held.
///
/// # Errors
/// [`KernelError`] for a setting or a policy outside its domain, or an array of another size.
pub fn run_into<'a>(
    kind: &Kind,
    setting: &Setting,
    key: &[u8; 32],
    replicates: &[u64],
    (regret, pulls): (&mut [f64], &mut [i64]),
    call: impl Into<Call<'a>>,
) -> Result<()> {
    let call = call.into();
    check(setting)?;
    kind.check(setting.sources)?;
    let c = setting.checkpoints.len();
    let row = c.saturating_mul(setting.sources);
    for (argument, got, row) in [("regret", regret.len(), c), ("pulls", pulls.len(), row)] {
        let expected = replicates.len().saturating_mul(row);
        if got != expected {
            let (expected, got) = (format!("{expected} entries"), format!("{got} entries"));
            return Err(KernelError::Shape { argument, expected, got });
        }
    }
    let fractions = Fractions::new(setting.batch, &setting.observed);
    call.install(|| {
        let rows = regret.par_chunks_exact_mut(c).zip(pulls.par_chunks_exact_mut(row));
        replicates.par_iter().zip(rows).try_for_each(|(&replicate, (regret, pulls))| {
            let outcome = kind.play(&mut Replay::new(setting, &fractions, key, replicate, call))?;
            regret.copy_from_slice(&outcome.regret);
            for (to, from) in pulls.iter_mut().zip(outcome.pulls) {
                *to = from as i64;
            }
            Ok(())
        })
    })?
}

/// What replicate `replicate` draws over `rounds` rounds.
pub fn draws(sources: usize, key: &[u8; 32], replicate: u64, rounds: usize) -> Draws {
    let mut words = Normals::new(Streams::new(key, "bandit").item(replicate));
    Draws { order: order(sources, key, replicate), uniforms: (0..rounds).map(|_| unit(words.word())).collect() }
}

/// The stream of the policy's own draws.
pub fn policy_stream(key: &[u8; 32], replicate: u64) -> ChaCha8Rng {
    Streams::new(key, "bandit.policy").item(replicate)
}

/// The order of ties.
fn order(sources: usize, key: &[u8; 32], replicate: u64) -> Vec<usize> {
    let mut words = Normals::new(Streams::new(key, "bandit.order").item(replicate));
    let mut order: Vec<usize> = (0..sources).collect();
    shuffle(&mut order, |n| below(n, words.word()));
    order
}

/// What a policy says of itself; the list in [`policies`] turns it into a member of [`Kind`].
trait Policy: Sized {
    /// Its name, that of its file and of the Python policy's.
    const NAME: &'static str;
    /// Names of its parameters.
    const PARAMETERS: &'static [&'static str];

    /// Takes its parameters from those given, which have no other names.
    fn read(given: &Parameters) -> Result<Self>;

    /// Refuses parameters outside their domain.
    fn check(&self, sources: usize) -> Result<()>;

    /// Plays a replicate.
    fn play(&self, replay: &mut Replay<'_>) -> Result<Outcome>;

    /// Some of its kind, for tests.
    #[cfg(test)]
    fn examples() -> Vec<Self>;
}

/// A policy at work.
trait Player {
    /// A segment with these true densities begins; only the oracle listens.
    fn enter(&mut self, _densities: &[f64]) {}
    fn select(&mut self, own: &mut Normals) -> usize;
    fn observe(&mut self, source: usize, fraction: f64);
}

/// One replicate. Inside, sources stand in the order of ties, so the first of equals is the right one.
struct Replay<'a> {
    setting: &'a Setting,
    fractions: &'a Fractions,
    order: Vec<usize>,
    uniforms: Normals,
    own: Normals,
    call: Call<'a>,
}

impl<'a> Replay<'a> {
    fn new(setting: &'a Setting, fractions: &'a Fractions, key: &[u8; 32], replicate: u64, call: Call<'a>) -> Self {
        Self {
            setting,
            fractions,
            order: order(setting.sources, key, replicate),
            uniforms: Normals::new(Streams::new(key, "bandit").item(replicate)),
            own: Normals::new(policy_stream(key, replicate)),
            call,
        }
    }

    fn sources(&self) -> usize {
        self.setting.sources
    }

    /// Points per round.
    fn points(&self) -> f64 {
        f64::from(self.setting.batch)
    }

    /// What a round adds to the count of its source.
    fn weight(&self, unit: Unit) -> f64 {
        if unit == Unit::Points { self.points() } else { 1.0 }
    }

    fn play(&mut self, mut policy: impl Player) -> Result<Outcome> {
        let k = self.setting.sources;
        let mut outcome = Outcome { regret: Vec::new(), pulls: Vec::new() };
        let mut ledger = Ledger::new(k);
        let looks = (LOOK / k).max(1);
        let mut round = 0;
        let mut checkpoints = self.setting.checkpoints.iter().copied().peekable();
        for (segment, &start) in self.setting.starts.iter().enumerate() {
            if checkpoints.peek().is_none() {
                break;
            }
            debug_assert_eq!(round, start);
            let end = self.setting.starts.get(segment + 1).copied().unwrap_or(u64::MAX);
            let row = |table: &[f64]| self.order.iter().map(|&i| table[segment * k + i]).collect::<Vec<f64>>();
            let densities = row(&self.setting.densities);
            let rows: Vec<usize> = self.order.iter().map(|&i| segment * k + i).collect();
            ledger.enter(&densities);
            policy.enter(&densities);
            while let Some(&checkpoint) = checkpoints.peek() {
                let stop = checkpoint.min(end);
                for round in round..stop {
                    self.call.check_every(looks, round as usize)?;
                    let arm = policy.select(&mut self.own);
                    let fraction = self.fractions.quantile(rows[arm], unit(self.uniforms.word()));
                    policy.observe(arm, fraction);
                    ledger.pulls[arm] += 1;
                }
                round = stop;
                if checkpoint > end {
                    break;
                }
                outcome.regret.push(ledger.regret());
                outcome.pulls.extend(ledger.by_source(&self.order));
                checkpoints.next();
                if round == end {
                    break;
                }
            }
            ledger.leave();
        }
        Ok(outcome)
    }
}

/// Pulls and regret. Regret is a sum of products of pulls and gaps, in a fixed order, so it never decreases, not even
/// by rounding.
struct Ledger {
    gaps: Vec<f64>,
    /// In this segment.
    pulls: Vec<u64>,
    before: Vec<u64>,
    regret_before: f64,
}

impl Ledger {
    fn new(k: usize) -> Self {
        Self { gaps: vec![0.0; k], pulls: vec![0; k], before: vec![0; k], regret_before: 0.0 }
    }

    fn enter(&mut self, densities: &[f64]) {
        let best = densities.iter().copied().fold(0.0, f64::max);
        for (gap, density) in self.gaps.iter_mut().zip(densities) {
            *gap = best - density;
        }
    }

    fn leave(&mut self) {
        self.regret_before = self.regret();
        for (before, pulls) in self.before.iter_mut().zip(&mut self.pulls) {
            *before += std::mem::take(pulls);
        }
    }

    fn regret(&self) -> f64 {
        let here: f64 = self.pulls.iter().zip(&self.gaps).map(|(&pulls, gap)| pulls as f64 * gap).sum();
        self.regret_before + here
    }

    fn by_source(&self, order: &[usize]) -> Vec<u64> {
        let mut pulls = vec![0; order.len()];
        for (i, &source) in order.iter().enumerate() {
            pulls[source] = self.before[i] + self.pulls[i];
        }
        pulls
    }
}

fn check(setting: &Setting) -> Result<()> {
    let k = setting.sources;
    if k == 0 {
        return Err(parameter("densities", "empty", "at least one source"));
    }
    if setting.batch == 0 {
        return Err(parameter("batch", "0", "at least 1"));
    }
    let segments = setting.starts.len();
    if setting.starts.first() != Some(&0) || setting.starts.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(parameter("starts", "not such a sequence", "the first rounds of the segments, ascending from 0"));
    }
    for (argument, table) in [("densities", &setting.densities), ("observed", &setting.observed)] {
        if table.len() != segments * k {
            return Err(KernelError::Shape {
                argument,
                expected: format!("({segments}, {k})"),
                got: format!("{} entries", table.len()),
            });
        }
        if let Some(index) = table.iter().position(|p| !(0.0..=1.0).contains(p)) {
            return Err(KernelError::OutOfRange { argument, index, value: table[index], low: 0.0, high: 1.0 });
        }
    }
    if segments.saturating_mul(k).saturating_mul(setting.batch as usize) > TABLE_LIMIT {
        return Err(parameter("batch", setting.batch, "small enough that segments × sources × batch is at most 2^27"));
    }
    if setting.checkpoints.first().is_none_or(|&first| first == 0)
        || setting.checkpoints.windows(2).any(|pair| pair[0] >= pair[1])
    {
        return Err(parameter("checkpoints", "not such a sequence", "one round or more, ascending from at least 1"));
    }
    Ok(())
}
