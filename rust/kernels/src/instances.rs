//! Random finite weak-to-strong instances, on which every statement about expansion is checked exactly.
//!
//! One class i (label 0). *Hard* points H (the uncovered set T_i of Lang et al.), *good* and *bad* overlap points G and
//! B (S_good and S_bad: the weak model is right on G, wrong on B), integer weights, neighbour relations H–G, H–B and
//! G–B, a student f with labels 0, 1, 2, and a threshold q. The teacher says 1 on B, so f ≠ ỹ there includes the case
//! that both are wrong. One instance in sixteen is *matched*: equal weights, each point with one neighbour, all of one
//! mind. There the bounds are tight.
//!
//! All quantities are fractions of small integers and all comparisons are exact: there is no tolerance. Expansion
//! constants c(q) come from trying every set. A statement *holds its condition* where every assumption of it is met
//! with c > 0; its bound is *informative* below 1 and *tight* where it equals the error. Work item: the instance
//! number, with a stream of its own; the tallies are sums of integers, so they do not depend on threads. Sources: Lang,
//! Sontag, Vijayaraghavan 2024, Theorems 4.1, 4.2, B.1, B.2, B.3;
//! `docs/expansion/expansion.md` for the proofs of the readings checked here.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::expansion::Pool;
use crate::fraction::{Fraction, fraction, share, whole};
use crate::streams::Streams;
use crate::{Call, KernelError, Result};

/// Points of one side at most; the enumeration of sets is exponential in it.
const MOST: u64 = 6;

/// The statements, in the order of the tallies.
pub const STATEMENTS: [&str; 9] = ["1a", "1b", "1c", "1a<=1b", "4.1", "B.1", "4.2", "B.2", "B.3"];

/// How one statement fared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Instances in which its condition held.
    pub held: u64,
    /// Of these, those whose bound is below 1.
    pub informative: u64,
    /// Those whose bound is attained.
    pub tight: u64,
    /// Those whose bound lies below the error.
    pub violations: u64,
    /// The first of them.
    pub first_violation: Option<u64>,
}

/// Points of one kind: weights, and what the student says of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Weight of each point.
    pub weights: Vec<u64>,
    /// Student's label of each point: 0 (right), 1 or 2.
    pub student: Vec<u8>,
}

/// A finite weak-to-strong instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Hard-only points.
    pub hard: Side,
    /// Overlap points the teacher labels 0, rightly.
    pub good: Side,
    /// Overlap points the teacher labels 1, wrongly.
    pub bad: Side,
    /// Good neighbours of each hard point, as bits.
    pub hard_good: Vec<u8>,
    /// Bad neighbours of each hard point.
    pub hard_bad: Vec<u8>,
    /// Bad neighbours of each good point.
    pub good_bad: Vec<u8>,
    /// Sixteen times the threshold q.
    pub q: u64,
}

/// Uniform on 0..n.
fn below(rng: &mut ChaCha8Rng, n: u64) -> u64 {
    (u64::from(rng.next_u32()) * n) >> 32
}

/// `count` bits, each set with probability `sixteenths`/16.
fn bits(rng: &mut ChaCha8Rng, count: usize, sixteenths: u64) -> u8 {
    (0..count).fold(0, |mask, k| mask | (u8::from(below(rng, 16) < sixteenths) << k))
}

impl Side {
    /// `most` is the largest weight; the student says `usual` but for a share `flip`/16 of the points.
    fn draw(rng: &mut ChaCha8Rng, most: u64, usual: u8, flip: u64) -> Self {
        let n = 1 + below(rng, MOST);
        let mut weights: Vec<u64> = (0..n).map(|_| below(rng, most + 1)).collect();
        weights[0] += 1;
        let mut label = |_| if below(rng, 16) < flip { below(rng, 3) as u8 } else { usual };
        Self { weights, student: (0..n).map(&mut label).collect() }
    }

    fn total(&self) -> u64 {
        self.weights.iter().sum()
    }

    /// Weight of the points that satisfy a predicate of their number.
    fn weight(&self, which: impl Fn(usize) -> bool) -> u64 {
        self.weights.iter().enumerate().filter(|(k, _)| which(*k)).map(|(_, &w)| w).sum()
    }

    /// Weight of each of the 2^n sets of points.
    fn subset_weights(&self) -> Vec<u64> {
        let mut sums = vec![0; 1 << self.weights.len()];
        for set in 1..sums.len() {
            sums[set] = sums[set & (set - 1)] + self.weights[set.trailing_zeros() as usize];
        }
        sums
    }

    /// Whether the student says `label` of all points in `mask`.
    fn agrees(&self, mask: u8, label: u8) -> bool {
        self.student.iter().enumerate().all(|(k, &said)| mask >> k & 1 == 0 || said == label)
    }
}

/// c(q) from `from` into `into`: the least P(N(U)|into)/P(U|from) over all U ⊆ from with P(U|from) > q/16.
fn expansion(from: &Side, into: &Side, neighbours: &[u8], q: u64) -> Fraction {
    let (weights, covers) = (from.subset_weights(), into.subset_weights());
    let mut reached = vec![0u8; weights.len()];
    // Least covered/weight; compared crosswise.
    let (mut covered, mut weight) = (into.total(), from.total());
    for set in 1..weights.len() {
        reached[set] = reached[set & (set - 1)] | neighbours[set.trailing_zeros() as usize];
        let cover = covers[usize::from(reached[set])];
        let admitted = weights[set] > 0 && 16 * weights[set] > q * from.total();
        if admitted && cover * weight < covered * weights[set] {
            (covered, weight) = (cover, weights[set]);
        }
    }
    share(covered, into.total()) / share(weight, from.total())
}

/// A bound where its condition held, and the error it bounds.
type Outcome = Option<(Fraction, Fraction)>;

impl Instance {
    /// Instance number `item`.
    pub fn draw(key: &[u8; 32], item: u64) -> Self {
        let rng = &mut Streams::new(key, "instances").item(item);
        let density = 3 + 4 * below(rng, 4); // 3, 7, 11, 15 sixteenths
        let flip = [0, 1, 3, 8, 16][below(rng, 5) as usize];
        let copies = below(rng, 2) as u8; // does the student usually copy the teacher's mistakes?
        let hard = Side::draw(rng, 8, 0, flip);
        let good = Side::draw(rng, 24, 0, flip);
        let bad = Side::draw(rng, 8, copies, flip);
        let mut edges = |from: &Side, into: &Side| -> Vec<u8> {
            from.weights.iter().map(|_| bits(rng, into.weights.len(), density)).collect()
        };
        let (hard_good, hard_bad) = (edges(&hard, &good), edges(&hard, &bad));
        let good_bad = edges(&good, &bad);
        let q = if below(rng, 2) == 0 { 0 } else { below(rng, 9) };
        if below(rng, 16) == 0 {
            let n = good.weights.len();
            let even = |weight| Side { weights: vec![weight; n], student: good.student.clone() };
            let matching: Vec<u8> = (0..n).map(|k| 1 << k).collect();
            let sides = [even(1), even(1 + below(rng, 4)), even(1)];
            let [hard, good, bad] = sides;
            return Self {
                hard,
                good,
                bad,
                hard_good: matching.clone(),
                hard_bad: matching.clone(),
                good_bad: matching,
                q,
            };
        }
        Self { hard, good, bad, hard_good, hard_bad, good_bad, q }
    }

    /// Bound and error of every statement whose condition holds, in the order of [`STATEMENTS`].
    fn outcomes(&self) -> [Outcome; STATEMENTS.len()] {
        let Self { hard, good, bad, hard_good, hard_bad, good_bad, q } = self;
        let (one, zero) = (whole(1), whole(0));
        let q_share = share(*q, 16);
        let overlap = good.total() + bad.total();
        let alpha = share(bad.total(), overlap);
        // Teacher: 0 on good points, 1 on bad ones.
        let differs_good = good.weight(|k| good.student[k] != 0);
        let differs_bad = bad.weight(|k| bad.student[k] != 1);
        let e = share(differs_good + differs_bad, overlap);
        let hard_error = share(hard.weight(|k| hard.student[k] != 0), hard.total());

        // 1a, 1b, 1c: hard points against good ones.
        let c_good = expansion(hard, good, hard_good, *q);
        let c_good_0 = expansion(hard, good, hard_good, 0);
        let fragile = hard.weight(|k| !good.agrees(hard_good[k], hard.student[k]));
        let fragile = share(fragile, hard.total());
        let e_good = share(differs_good, good.total());
        let by_expansion = |c: Fraction, q: Fraction| (c > zero).then(|| fragile + q.max(e_good / c));
        let (coupling, duality) = self.coupled(c_good_0, e_good);
        let against = |bound: Option<Fraction>| bound.map(|b| (b, hard_error));

        // B.3, 4.2, B.2: hard points against good and bad ones; robust against both.
        let c1 = c_good;
        let c2 = expansion(hard, bad, hard_bad, *q);
        let robust = |k: usize| good.agrees(hard_good[k], hard.student[k]) && bad.agrees(hard_bad[k], hard.student[k]);
        let r_hard = share(hard.weight(|k| !robust(k)), hard.total());
        let b3 = (c1 > zero).then(|| fragile + q_share.max(e / (c1 * (one - alpha))));
        let c = c1.min(c2);
        let two_alpha = alpha + alpha;
        let applies = c > zero && two_alpha < one && e + r_hard < c * (one - q_share - alpha);
        let t42 = applies.then(|| {
            let margin = one - two_alpha;
            (one + alpha / margin) * r_hard + q_share.max((e - c * alpha) / (c * margin))
        });
        let applies = c > zero && two_alpha < c / c1.max(c2) && e + r_hard < c1 * (one - q_share - alpha);
        let b2 = applies.then(|| {
            let margin = c1 - (c1 + c2) * alpha;
            (one + alpha / (c / c1.max(c2) - two_alpha)) * r_hard + q_share.max((e - c2 * alpha) / margin)
        });

        // 4.1, B.1: good points against bad ones, error on both together.
        let back = |k: usize| (0..good.weights.len()).fold(0, |m, i| m | ((good_bad[i] >> k & 1) << i));
        let frail_good = |k: usize| !bad.agrees(good_bad[k], good.student[k]);
        let frail_bad = |k: usize| !good.agrees(back(k), bad.student[k]);
        let r = share(good.weight(frail_good) + bad.weight(frail_bad), overlap);
        let unsure = good.weight(|k| good.student[k] != 0 || frail_good(k))
            + bad.weight(|k| bad.student[k] != 1 || frail_bad(k));
        let unsure = share(unsure, overlap);
        let error = share(differs_good + bad.weight(|k| bad.student[k] != 0), overlap);
        let c = expansion(good, bad, good_bad, *q);
        let applies = c > zero
            && two_alpha < one
            && q_share <= share(3, 4) * (one - two_alpha)
            && unsure <= (one - alpha + whole(3) * c * alpha) * share(1, 4);
        let t41 = applies.then(|| {
            let term = two_alpha / (one - two_alpha) * r;
            (term + e + alpha * (one - share(3, 2) * c), error)
        });
        let tight = c / (one - alpha + c * alpha);
        let margin = one - whole(2) * tight * alpha;
        let applies = c > zero && margin > zero && unsure <= one - q_share - alpha;
        let b1 = applies.then(|| {
            let top = e - alpha * (whole(2) * tight - one) + whole(2) * tight * alpha * r;
            (top / margin, error)
        });

        let never_worse = coupling.zip(by_expansion(c_good_0, zero)).map(|(left, right)| (right, left));
        [
            against(coupling),
            against(by_expansion(c_good, q_share)),
            duality,
            never_worse,
            t41,
            b1,
            against(t42),
            against(b2),
            against(b3),
        ]
    }

    /// 1a with the optimal coupling, whose condition is that there is one; and 1c: c(0) by flow as the bound of c(0) by
    /// enumeration, or −1, which counts as a violation, where they differ in either direction or the coupling leaves
    /// mass out.
    fn coupled(&self, c: Fraction, e_good: Fraction) -> (Option<Fraction>, Outcome) {
        let (mut indptr, mut indices) = (vec![0], Vec::new());
        for mask in &self.hard_good {
            indices.extend((0..8).filter(|k| mask >> k & 1 == 1));
            indptr.push(indices.len());
        }
        let Ok(pool) = Pool::new(&indptr, &indices, &self.hard.weights, &self.good.weights) else {
            return (None, Some((whole(-1), c)));
        };
        let Ok(found) = pool.constant() else { return (None, Some((whole(-1), c))) };
        let by_flow = share(found.covered, self.good.total()) / share(found.attained_by, self.hard.total());
        let duality = if by_flow == c { (c, c) } else { (whole(-1), c) };
        let Ok((flow, total)) = pool.optimal_flow() else {
            // Without expansion there is no full coupling; anything else would be a failure of the duality.
            let expected = c == whole(0) && by_flow == c;
            return (None, Some(if expected { (c, c) } else { (whole(-1), c) }));
        };
        let moved: u128 = flow.iter().sum();
        let duality = if moved == total { duality } else { (whole(-1), c) };
        let crossing = (0..self.hard.weights.len()).flat_map(|i| (indptr[i]..indptr[i + 1]).map(move |edge| (i, edge)));
        let crossing = crossing.filter(|&(i, edge)| self.hard.student[i] != self.good.student[indices[edge]]);
        let crossing: u128 = crossing.map(|(_, edge)| flow[edge]).sum();
        // Totals of these instances stay below 2^20.
        (Some(fraction(crossing as i128, total as i128) + e_good / by_flow), Some(duality))
    }
}

/// Checks instances `first..last` of the family of a key, and counts.
///
/// # Errors
/// [`KernelError::Parameter`] when `first > last` or the number of threads is 0.
pub fn check<'a>(
    key: &[u8; 32],
    first: u64,
    last: u64,
    call: impl Into<Call<'a>>,
) -> Result<[Tally; STATEMENTS.len()]> {
    let call = call.into();
    if first > last {
        let requirement = "at most last";
        return Err(KernelError::Parameter { argument: "first", value: first.to_string(), requirement });
    }
    let one = |item: u64| {
        call.check()?;
        Ok(Instance::draw(key, item).outcomes().map(|outcome| tally(item, outcome)))
    };
    let empty = || [Tally::default(); STATEMENTS.len()];
    call.install(|| (first..last).into_par_iter().map(one).try_reduce(empty, |a, b| Ok(merge(a, b))))?
}

fn tally(item: u64, outcome: Outcome) -> Tally {
    let Some((bound, error)) = outcome else { return Tally::default() };
    let violated = bound < error;
    Tally {
        held: 1,
        informative: u64::from(bound < whole(1)),
        tight: u64::from(bound == error),
        violations: u64::from(violated),
        first_violation: violated.then_some(item),
    }
}

fn merge(mut all: [Tally; STATEMENTS.len()], more: [Tally; STATEMENTS.len()]) -> [Tally; STATEMENTS.len()] {
    for (sum, t) in all.iter_mut().zip(more) {
        sum.held += t.held;
        sum.informative += t.informative;
        sum.tight += t.tight;
        sum.violations += t.violations;
        sum.first_violation = sum.first_violation.into_iter().chain(t.first_violation).min();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn tallies_do_not_depend_on_threads_and_add_up(key in any::<[u8; 32]>(), cut in 0u64..300) {
            let whole = check(&key, 0, 300, Some(1)).unwrap();
            for n_threads in [2, 7] {
                prop_assert_eq!(whole, check(&key, 0, 300, Some(n_threads)).unwrap());
            }
            let parts = merge(check(&key, 0, cut, None).unwrap(), check(&key, cut, 300, None).unwrap());
            prop_assert_eq!(whole, parts);
        }
    }

    #[test]
    fn nothing_is_violated_and_every_condition_holds_somewhere() {
        for (name, t) in STATEMENTS.iter().zip(check(&[7; 32], 0, 30_000, None).unwrap()) {
            assert_eq!((t.violations, t.first_violation), (0, None), "{name}: {t:?}");
            assert!(t.held > 100 && t.informative > 100 && t.tight > 0, "{name}: {t:?}");
        }
    }

    #[test]
    fn a_false_statement_would_be_caught() {
        // Error ≤ P(f ≠ f_w | G) alone, without the term for fragile points, is false, and often.
        let broken = (0..2000).filter(|&item| {
            let instance = Instance::draw(&[7; 32], item);
            let Some((bound, error)) = instance.outcomes()[1] else { return false };
            let fragile =
                instance.hard.weight(|k| !instance.good.agrees(instance.hard_good[k], instance.hard.student[k]));
            bound - share(fragile, instance.hard.total()) < error
        });
        assert!(broken.count() > 20);
    }

    #[test]
    fn an_empty_or_reversed_range_is_told_apart() {
        assert_eq!(check(&[0; 32], 5, 5, None).unwrap(), [Tally::default(); STATEMENTS.len()]);
        assert!(check(&[0; 32], 6, 5, None).unwrap_err().to_string().starts_with("first is 6"));
    }
}
