//! Expansion of a finite pool: how much of the overlap points the neighbours of any set of hard-only points cover.
//!
//! H are hard-only points with weights p, G overlap points with weights g, N(U) ⊆ G the neighbours of U ⊆ H;
//! probabilities are shares of the total weight. The *expansion constant* is c(0) = min over U with P(U|H) > 0 of
//! P(N(U)|G) / P(U|H). By Hall–Strassen duality 1/c(0) is the least κ for which P(·|H) can be coupled along neighbour
//! pairs with a law that is at most κ·P(·|G); allowing a mass q to stay uncoupled gives the *expansion profile* κ(q).
//!
//! Weights are integers, so every comparison is exact (u128). c(0): discrete Newton (Dinkelbach 1967), each step one
//! maximum flow (Dinic 1970) on the bipartite graph. κ(q): the parametric minimum cuts are nested (Gallo, Grigoriadis,
//! Tarjan 1989); a divide-and-conquer over the chain splits the pool into blocks that saturate one after the other as κ
//! grows. Cost: a handful of flows for c(0); for the profile as many levels of flows as the chain is deep, each level
//! on disjoint parts of the pool. Domain: total weight of either side between 1 and 2^40.

mod flow;
mod oracle;
mod profile;
#[cfg(test)]
mod tests;

use crate::{Call, KernelError, Result};

use flow::Network;
pub use oracle::constant_reference;
pub use profile::Profile;

/// Largest total weight of either side: products of three such numbers and a scale must fit into u128.
pub const MAX_TOTAL: u64 = 1 << 40;

/// A bipartite pool in compressed rows: the neighbours of hard point `i` are `indices[indptr[i]..indptr[i + 1]]`.
#[derive(Debug, Clone, Copy)]
pub struct Pool<'a> {
    indptr: &'a [usize],
    indices: &'a [usize],
    hard: &'a [u64],
    overlap: &'a [u64],
    call: Call<'a>,
}

/// c(0) as an exact fraction, with a set of hard points that attains it.
#[derive(Debug, Clone, PartialEq)]
pub struct Constant {
    /// Weight of N(U) for the minimising U.
    pub covered: u64,
    /// Weight of the minimising U.
    pub attained_by: u64,
    /// The minimising U, ascending.
    pub set: Vec<usize>,
    /// c(0) = (covered / total overlap weight) / (attained_by / total hard weight).
    pub value: f64,
}

impl<'a> Pool<'a> {
    /// A checked pool.
    ///
    /// # Errors
    /// [`KernelError`] when the rows are malformed, a neighbour does not exist, or a total weight is 0 or above
    /// [`MAX_TOTAL`].
    pub fn new(indptr: &'a [usize], indices: &'a [usize], hard: &'a [u64], overlap: &'a [u64]) -> Result<Self> {
        let shape = |argument, expected: String, got: String| KernelError::Shape { argument, expected, got };
        if indptr.len() != hard.len() + 1 {
            return Err(shape("indptr", format!("({},)", hard.len() + 1), format!("({},)", indptr.len())));
        }
        if indptr[0] != 0 || indptr[hard.len()] != indices.len() || indptr.windows(2).any(|w| w[0] > w[1]) {
            let requirement = "ascending from 0 to the number of indices";
            return Err(KernelError::Parameter { argument: "indptr", value: "malformed".into(), requirement });
        }
        if let Some(index) = indices.iter().position(|&j| j >= overlap.len()) {
            let (value, high) = (indices[index] as f64, overlap.len() as f64 - 1.0);
            return Err(KernelError::OutOfRange { argument: "indices", index, value, low: 0.0, high });
        }
        for (argument, weights) in [("hard_weights", hard), ("overlap_weights", overlap)] {
            let total = weights.iter().try_fold(0u64, |sum, &w| sum.checked_add(w)).unwrap_or(u64::MAX);
            if total == 0 {
                let why = format!("{argument} sum to 0");
                return Err(KernelError::Undefined { what: "the expansion of a pool", why });
            }
            if total > MAX_TOTAL {
                let requirement = "at most 2^40 in all";
                return Err(KernelError::Parameter { argument, value: format!("{total} in all"), requirement });
            }
        }
        Ok(Self { indptr, indices, hard, overlap, call: Call::default() })
    }

    /// The same pool, whose computations `call` may stop.
    pub fn within(self, call: Call<'a>) -> Self {
        Self { call, ..self }
    }

    fn neighbours(&self, i: usize) -> &'a [usize] {
        &self.indices[self.indptr[i]..self.indptr[i + 1]]
    }

    fn total_hard(&self) -> u64 {
        self.hard.iter().sum()
    }

    fn total_overlap(&self) -> u64 {
        self.overlap.iter().sum()
    }

    /// Weight of the set, and of its neighbours.
    fn weigh(&self, set: &[usize]) -> (u64, u64) {
        let mut seen = vec![false; self.overlap.len()];
        let mut covered = 0;
        for &j in set.iter().flat_map(|&i| self.neighbours(i)) {
            if !std::mem::replace(&mut seen[j], true) {
                covered += self.overlap[j];
            }
        }
        (set.iter().map(|&i| self.hard[i]).sum(), covered)
    }

    /// c(0) and a set that attains it, exactly.
    ///
    /// # Errors
    /// [`KernelError::Stopped`], as all that may take long.
    pub fn constant(&self) -> Result<Constant> {
        let mut set: Vec<usize> = (0..self.hard.len()).filter(|&i| self.hard[i] > 0).collect();
        loop {
            let (weight, covered) = self.weigh(&set);
            // Is there a U with covered(U) · weight < covered · weight(U)? Then the minimum cut shows one.
            let better = if covered == 0 {
                Vec::new()
            } else {
                let mut network = Network::new(self, u128::from(covered), u128::from(weight));
                network.maximise()?;
                network.reachable()
            };
            if better.is_empty() {
                let share = covered as f64 / self.total_overlap() as f64;
                let value = share / (weight as f64 / self.total_hard() as f64);
                return Ok(Constant { covered, attained_by: weight, set, value });
            }
            set = better;
        }
    }

    /// A largest coupling of P(·|H) with a law ≤ κ·P(·|G), κ = `numerator`/`denominator`: the mass on each neighbour
    /// pair, in the order of `indices`.
    ///
    /// # Errors
    /// [`KernelError::Parameter`] when the denominator is 0 or the exact arithmetic would overflow.
    pub fn coupling(&self, numerator: u64, denominator: u64) -> Result<Vec<f64>> {
        let bad = |requirement| KernelError::Parameter {
            argument: "kappa",
            value: format!("{numerator}/{denominator}"),
            requirement,
        };
        if denominator == 0 {
            return Err(bad("a fraction with a positive denominator"));
        }
        let (p, g) = (u128::from(self.total_hard()), u128::from(self.total_overlap()));
        let source = g.checked_mul(u128::from(denominator)).and_then(|s| s.checked_mul(p).map(|_| s));
        let sink = p.checked_mul(u128::from(numerator)).and_then(|s| s.checked_mul(g).map(|_| s));
        let (Some(source), Some(sink)) = (source, sink) else {
            return Err(bad("small enough for exact arithmetic in 128 bits"));
        };
        let mut network = Network::new(self, source, sink);
        network.maximise()?;
        let unit = source as f64 * p as f64;
        Ok(network.flow.iter().map(|&f| f as f64 / unit).collect())
    }

    /// A coupling of all of P(·|H) at the least κ for which there is one, 1/c(0); exact for every weight.
    ///
    /// # Errors
    /// [`KernelError::Undefined`] when c(0) = 0: then no finite κ couples everything.
    pub fn optimal_coupling(&self) -> Result<Vec<f64>> {
        let (flow, total) = self.optimal_flow()?;
        Ok(flow.into_iter().map(|f| f as f64 / total as f64).collect())
    }

    /// [`Self::optimal_coupling`] in whole numbers: the amount on each neighbour pair, and what they add up to.
    ///
    /// # Errors
    /// As [`Self::optimal_coupling`].
    pub fn optimal_flow(&self) -> Result<(Vec<u128>, u128)> {
        let constant = self.constant()?;
        if constant.covered == 0 {
            let why = format!("hard points without neighbours, as number {}, cannot be coupled", constant.set[0]);
            return Err(KernelError::Undefined { what: "the full coupling", why });
        }
        let scale = u128::from(constant.covered);
        let mut network = Network::new(self, scale, u128::from(constant.attained_by));
        network.maximise()?;
        Ok((network.flow, scale * u128::from(self.total_hard())))
    }
}
