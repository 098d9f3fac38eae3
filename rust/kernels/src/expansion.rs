//! Expansion of a finite pool: how much of the overlap points the neighbours of any set of hard-only points cover.
//!
//! H are hard-only points with weights p, G overlap points with weights g, N(U) ⊆ G the neighbours of U ⊆ H; probabilities
//! are shares of the total weight. The *expansion constant* is c(0) = min over U with P(U|H) > 0 of P(N(U)|G) / P(U|H).
//! By Hall–Strassen duality 1/c(0) is the least κ for which P(·|H) can be coupled along neighbour pairs with a law that is at
//! most κ·P(·|G); allowing a mass q to stay uncoupled gives the *expansion profile* κ(q).
//!
//! Weights are integers, so every comparison is exact (u128). c(0): discrete Newton (Dinkelbach 1967), each step one maximum flow
//! (Dinic 1970) on the bipartite graph. κ(q): the parametric minimum cuts are nested (Gallo, Grigoriadis, Tarjan 1989); a
//! divide-and-conquer over the chain splits the pool into blocks that saturate one after the other as κ grows. Cost: a handful of
//! flows for c(0); for the profile as many levels of flows as the chain is deep, each level on disjoint parts of the pool.
//! Domain: total weight of either side between 1 and 2^40.

use crate::{KernelError, Result};

/// Largest total weight of either side: products of three such numbers and a scale must fit into u128.
pub const MAX_TOTAL: u64 = 1 << 40;

/// A bipartite pool in compressed rows: the neighbours of hard point `i` are `indices[indptr[i]..indptr[i + 1]]`.
#[derive(Debug, Clone, Copy)]
pub struct Pool<'a> {
    indptr: &'a [usize],
    indices: &'a [usize],
    hard: &'a [u64],
    overlap: &'a [u64],
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

/// The blocks of the pool in the order in which they saturate *last to first*: block 0 needs the largest κ.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Weight of the hard points of each block.
    pub hard: Vec<u64>,
    /// Weight of the overlap points of each block; 0 for hard points without neighbours.
    pub overlap: Vec<u64>,
    /// Block of each hard point.
    pub block_of: Vec<usize>,
}

impl<'a> Pool<'a> {
    /// A checked pool.
    ///
    /// # Errors
    /// [`KernelError`] when the rows are malformed, a neighbour does not exist, or a total weight is 0 or above [`MAX_TOTAL`].
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
        Ok(Self { indptr, indices, hard, overlap })
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
    pub fn constant(&self) -> Constant {
        let mut set: Vec<usize> = (0..self.hard.len()).filter(|&i| self.hard[i] > 0).collect();
        loop {
            let (weight, covered) = self.weigh(&set);
            // Is there a U with covered(U) · weight < covered · weight(U)? Then the minimum cut shows one.
            let better = if covered == 0 {
                Vec::new()
            } else {
                let mut network = Network::new(self, u128::from(covered), u128::from(weight));
                network.maximise();
                network.reachable()
            };
            if better.is_empty() {
                let share = covered as f64 / self.total_overlap() as f64;
                let value = share / (weight as f64 / self.total_hard() as f64);
                return Constant { covered, attained_by: weight, set, value };
            }
            set = better;
        }
    }

    /// The expansion profile: F(κ) = Σ over blocks of min(p(B), κ·g(B)) is the mass that can be coupled at κ.
    pub fn profile(&self) -> Profile {
        let mut block_of = vec![usize::MAX; self.hard.len()];
        let (mut hard, mut overlap) = (Vec::new(), Vec::new());
        let mut reached = vec![false; self.overlap.len()];
        for &j in self.indices {
            reached[j] = true;
        }
        let all = Part {
            hard: (0..self.hard.len()).collect(),
            overlap: (0..self.overlap.len()).filter(|&j| reached[j]).collect(),
        };
        // Depth first with the part of larger κ on top, so blocks come out in order.
        let mut parts = vec![all];
        let mut scratch = vec![usize::MAX; self.overlap.len()];
        while let Some(part) = parts.pop() {
            match self.split(&part, &mut scratch) {
                Some((above, below)) => parts.extend([below, above]),
                None => {
                    let weight = part.hard.iter().map(|&i| self.hard[i]).sum::<u64>();
                    part.hard.iter().for_each(|&i| block_of[i] = hard.len());
                    hard.push(weight);
                    overlap.push(part.overlap.iter().map(|&j| self.overlap[j]).sum::<u64>());
                }
            }
        }
        Profile { hard, overlap, block_of }
    }

    /// Splits a part into (needs a larger κ, a smaller one), or returns `None` for a part that saturates at one κ.
    fn split(&self, part: &Part, local: &mut [usize]) -> Option<(Part, Part)> {
        part.overlap.iter().enumerate().for_each(|(k, &j)| local[j] = k);
        let (mut indptr, mut indices) = (vec![0], Vec::new());
        for &i in &part.hard {
            indices.extend(self.neighbours(i).iter().map(|&j| local[j]).filter(|&k| k != usize::MAX));
            indptr.push(indices.len());
        }
        part.overlap.iter().for_each(|&j| local[j] = usize::MAX);
        let hard: Vec<u64> = part.hard.iter().map(|&i| self.hard[i]).collect();
        let overlap: Vec<u64> = part.overlap.iter().map(|&j| self.overlap[j]).collect();
        let (p, g) = (hard.iter().sum::<u64>(), overlap.iter().sum::<u64>());
        if p == 0 || g == 0 {
            return None;
        }
        let inner = Pool { indptr: &indptr, indices: &indices, hard: &hard, overlap: &overlap };
        let mut network = Network::new(&inner, u128::from(g), u128::from(p));
        network.maximise();
        let above = network.reachable();
        if above.is_empty() {
            return None;
        }
        let (mut in_hard, mut in_overlap) = (vec![false; hard.len()], vec![false; overlap.len()]);
        for &i in &above {
            in_hard[i] = true;
            inner.neighbours(i).iter().for_each(|&j| in_overlap[j] = true);
        }
        let pick = |items: &[usize], member: &[bool], wanted| -> Vec<usize> {
            items.iter().zip(member).filter(|(_, m)| **m == wanted).map(|(&item, _)| item).collect()
        };
        let side = |wanted| Part {
            hard: pick(&part.hard, &in_hard, wanted),
            overlap: pick(&part.overlap, &in_overlap, wanted),
        };
        Some((side(true), side(false)))
    }

    /// A largest coupling of P(·|H) with a law ≤ κ·P(·|G), κ = `numerator`/`denominator`: the mass on each neighbour pair, in the
    /// order of `indices`.
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
        network.maximise();
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
        let constant = self.constant();
        if constant.covered == 0 {
            let why = format!("hard points without neighbours, as number {}, cannot be coupled", constant.set[0]);
            return Err(KernelError::Undefined { what: "the full coupling", why });
        }
        let scale = u128::from(constant.covered);
        let mut network = Network::new(self, scale, u128::from(constant.attained_by));
        network.maximise();
        Ok((network.flow, scale * u128::from(self.total_hard())))
    }
}

/// A part of the pool, by the numbers of its points.
struct Part {
    hard: Vec<usize>,
    overlap: Vec<usize>,
}

const UNSEEN: u32 = u32::MAX;

/// Source → hard points → overlap points → sink, as residual capacities; the edges in the middle are unbounded.
struct Network<'a> {
    pool: &'a Pool<'a>,
    /// Edges by overlap point: (edge, hard point).
    back: Vec<(usize, usize)>,
    back_ptr: Vec<usize>,
    source: Vec<u128>,
    sink: Vec<u128>,
    flow: Vec<u128>,
    level_hard: Vec<u32>,
    level_overlap: Vec<u32>,
}

impl<'a> Network<'a> {
    /// Capacities `source_scale`·p and `sink_scale`·g.
    fn new(pool: &'a Pool<'a>, source_scale: u128, sink_scale: u128) -> Self {
        let (n, m) = (pool.hard.len(), pool.overlap.len());
        let mut back_ptr = vec![0; m + 1];
        pool.indices.iter().for_each(|&j| back_ptr[j + 1] += 1);
        for j in 0..m {
            back_ptr[j + 1] += back_ptr[j];
        }
        let mut next = back_ptr.clone();
        let mut back = vec![(0, 0); pool.indices.len()];
        for i in 0..n {
            for edge in pool.indptr[i]..pool.indptr[i + 1] {
                let slot = &mut next[pool.indices[edge]];
                back[*slot] = (edge, i);
                *slot += 1;
            }
        }
        Self {
            pool,
            back,
            back_ptr,
            source: pool.hard.iter().map(|&w| u128::from(w) * source_scale).collect(),
            sink: pool.overlap.iter().map(|&w| u128::from(w) * sink_scale).collect(),
            flow: vec![0; pool.indices.len()],
            level_hard: vec![UNSEEN; n],
            level_overlap: vec![UNSEEN; m],
        }
    }

    /// Dinic: blocking flows along shortest augmenting paths until the sink cannot be reached.
    fn maximise(&mut self) {
        while self.layer() {
            let mut next_hard: Vec<usize> = self.pool.indptr[..self.source.len()].to_vec();
            let mut next_overlap: Vec<usize> = self.back_ptr[..self.sink.len()].to_vec();
            for root in 0..self.source.len() {
                while self.source[root] > 0 && self.augment(root, &mut next_hard, &mut next_overlap) {}
            }
        }
    }

    /// Breadth-first layers from the hard points with capacity left; says whether the sink was reached.
    fn layer(&mut self) -> bool {
        self.level_hard.fill(UNSEEN);
        self.level_overlap.fill(UNSEEN);
        let mut frontier: Vec<usize> = (0..self.source.len()).filter(|&i| self.source[i] > 0).collect();
        frontier.iter().for_each(|&i| self.level_hard[i] = 0);
        let (mut level, mut found) = (0, false);
        while !frontier.is_empty() && !found {
            let mut middle = Vec::new();
            for &j in frontier.iter().flat_map(|&i| self.pool.neighbours(i)) {
                if self.level_overlap[j] == UNSEEN {
                    self.level_overlap[j] = level + 1;
                    found |= self.sink[j] > 0;
                    middle.push(j);
                }
            }
            frontier.clear();
            for &j in &middle {
                for &(edge, i) in &self.back[self.back_ptr[j]..self.back_ptr[j + 1]] {
                    if self.flow[edge] > 0 && self.level_hard[i] == UNSEEN {
                        self.level_hard[i] = level + 2;
                        frontier.push(i);
                    }
                }
            }
            level += 2;
        }
        found
    }

    /// Pushes flow along one shortest path from `root`; says whether there was one. Exhausted arcs are never looked at again.
    fn augment(&mut self, root: usize, next_hard: &mut [usize], next_overlap: &mut [usize]) -> bool {
        let mut path: Vec<(usize, usize)> = Vec::new(); // (edge forward to an overlap point, edge back from it)
        let mut at = root;
        loop {
            let mut stepped = false;
            while next_hard[at] < self.pool.indptr[at + 1] {
                let edge = next_hard[at];
                let j = self.pool.indices[edge];
                if self.level_overlap[j] == self.level_hard[at] + 1 {
                    if self.sink[j] > 0 {
                        self.push(root, &path, edge, j);
                        return true;
                    }
                    while next_overlap[j] < self.back_ptr[j + 1] {
                        let (back_edge, i) = self.back[next_overlap[j]];
                        if self.flow[back_edge] > 0 && self.level_hard[i] == self.level_overlap[j] + 1 {
                            path.push((edge, back_edge));
                            at = i;
                            stepped = true;
                            break;
                        }
                        next_overlap[j] += 1;
                    }
                    if stepped {
                        break;
                    }
                }
                next_hard[at] += 1;
            }
            if !stepped {
                let Some((edge, _)) = path.pop() else { return false };
                next_overlap[self.pool.indices[edge]] += 1;
                at = path.last().map_or(root, |&(_, back_edge)| self.hard_of(back_edge));
            }
        }
    }

    /// The hard point of an edge.
    fn hard_of(&self, edge: usize) -> usize {
        self.pool.indptr.partition_point(|&start| start <= edge) - 1
    }

    fn push(&mut self, root: usize, path: &[(usize, usize)], last: usize, j: usize) {
        let narrowest = path.iter().map(|&(_, back_edge)| self.flow[back_edge]).min().unwrap_or(u128::MAX);
        let amount = narrowest.min(self.source[root]).min(self.sink[j]);
        self.source[root] -= amount;
        self.sink[j] -= amount;
        self.flow[last] += amount;
        for &(edge, back_edge) in path {
            self.flow[edge] += amount;
            self.flow[back_edge] -= amount;
        }
    }

    /// After [`Self::maximise`]: the hard points on the source side of the smallest minimum cut.
    fn reachable(&self) -> Vec<usize> {
        (0..self.level_hard.len()).filter(|&i| self.level_hard[i] != UNSEEN).collect()
    }
}

/// c(q) by trying every set, and the first set that attains it: min over U with P(U|H) > q of P(N(U)|G)/P(U|H). The oracle of [`Pool::constant`], for at most 20
/// hard points.
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
    let ratios = (1u32..1 << n).filter_map(|mask| {
        let set: Vec<usize> = (0..n).filter(|i| mask >> i & 1 == 1).collect();
        let (weight, covered) = pool.weigh(&set);
        let share = weight as f64 / p;
        (weight > 0 && share > q).then(|| (covered as f64 / g / share, set))
    });
    ratios.reduce(|best, next| if next.0 < best.0 { next } else { best }).ok_or_else(|| KernelError::Undefined {
        what: "the expansion constant",
        why: format!("no set of hard points has a share above q = {q}"),
    })
}

#[cfg(test)]
mod tests;
