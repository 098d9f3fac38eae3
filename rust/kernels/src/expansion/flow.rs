//! Maximum flow on the bipartite graph of a pool (Dinic 1970), and its smallest minimum cut.

use super::Pool;
use crate::Result;

const UNSEEN: u32 = u32::MAX;
/// Edges between two looks at whether to stop.
const LOOK: usize = 1 << 20;

/// Source → hard points → overlap points → sink, as residual capacities; the edges in the middle are unbounded.
pub(super) struct Network<'a> {
    pool: &'a Pool<'a>,
    /// Edges by overlap point: (edge, hard point).
    back: Vec<(usize, usize)>,
    back_ptr: Vec<usize>,
    source: Vec<u128>,
    sink: Vec<u128>,
    pub(super) flow: Vec<u128>,
    level_hard: Vec<u32>,
    level_overlap: Vec<u32>,
}

impl<'a> Network<'a> {
    /// Capacities `source_scale`·p and `sink_scale`·g.
    pub(super) fn new(pool: &'a Pool<'a>, source_scale: u128, sink_scale: u128) -> Self {
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
    pub(super) fn maximise(&mut self) -> Result<()> {
        while self.layer()? {
            let mut next_hard: Vec<usize> = self.pool.indptr[..self.source.len()].to_vec();
            let mut next_overlap: Vec<usize> = self.back_ptr[..self.sink.len()].to_vec();
            for root in 0..self.source.len() {
                while self.source[root] > 0 && self.augment(root, &mut next_hard, &mut next_overlap) {
                    self.pool.call.check()?;
                }
            }
        }
        Ok(())
    }

    /// Breadth-first layers from the hard points with capacity left; says whether the sink was reached.
    fn layer(&mut self) -> Result<bool> {
        self.level_hard.fill(UNSEEN);
        self.level_overlap.fill(UNSEEN);
        let mut frontier: Vec<usize> = (0..self.source.len()).filter(|&i| self.source[i] > 0).collect();
        frontier.iter().for_each(|&i| self.level_hard[i] = 0);
        let (mut level, mut found) = (0, false);
        while !frontier.is_empty() && !found {
            let mut middle = Vec::new();
            for (step, &j) in frontier.iter().flat_map(|&i| self.pool.neighbours(i)).enumerate() {
                self.pool.call.check_every(LOOK, step)?;
                if self.level_overlap[j] == UNSEEN {
                    self.level_overlap[j] = level + 1;
                    found |= self.sink[j] > 0;
                    middle.push(j);
                }
            }
            frontier.clear();
            for (step, &j) in middle.iter().enumerate() {
                self.pool.call.check_every(LOOK >> 8, step)?;
                for &(edge, i) in &self.back[self.back_ptr[j]..self.back_ptr[j + 1]] {
                    if self.flow[edge] > 0 && self.level_hard[i] == UNSEEN {
                        self.level_hard[i] = level + 2;
                        frontier.push(i);
                    }
                }
            }
            level += 2;
        }
        Ok(found)
    }

    /// Pushes flow along one shortest path from `root`; says whether there was one. Exhausted arcs are never looked at
    /// again.
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
    pub(super) fn reachable(&self) -> Vec<usize> {
        (0..self.level_hard.len()).filter(|&i| self.level_hard[i] != UNSEEN).collect()
    }
}
