//! The slow, obvious twin: every set.

use super::Pool;
use crate::{KernelError, Result};

/// c(q) by trying every set, and the first set that attains it: min over U with P(U|H) > q of P(N(U)|G)/P(U|H).
/// The oracle of [`Pool::constant`], for at most 20 hard points.
///
/// # Errors
/// [`KernelError`] when there are more than 20 hard points, q is outside [0, 1), or no set has P(U|H) > q.
pub fn constant_reference(pool: &Pool<'_>, q: f64) -> Result<(f64, Vec<usize>)> {
    let n = pool.hard.len();
    if n > 20 {
        let requirement = "at most 20 for an enumeration of all sets";
        return Err(KernelError::Parameter { argument: "number of hard points", value: n.to_string(), requirement });
    }
    if !(0.0..1.0).contains(&q) {
        return Err(KernelError::Parameter { argument: "q", value: q.to_string(), requirement: "in [0, 1)" });
    }
    let (p, g) = (pool.total_hard() as f64, pool.total_overlap() as f64);
    let mut best: Option<(f64, Vec<usize>)> = None;
    for mask in 1u32..1 << n {
        pool.call.check_every(1 << 12, mask as usize)?;
        let set: Vec<usize> = (0..n).filter(|i| mask >> i & 1 == 1).collect();
        let (weight, covered) = pool.weigh(&set);
        let share = weight as f64 / p;
        let ratio = covered as f64 / g / share;
        if weight > 0 && share > q && best.as_ref().is_none_or(|(least, _)| ratio < *least) {
            best = Some((ratio, set));
        }
    }
    best.ok_or_else(|| KernelError::Undefined {
        what: "the expansion constant",
        why: format!("no set of hard points has a share above q = {q}"),
    })
}
