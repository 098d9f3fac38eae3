//! The expansion profile: divide and conquer over the nested minimum cuts of the parametric flow.

use super::Pool;
use super::flow::Network;
use crate::Result;

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

impl Pool<'_> {
    /// The expansion profile: F(κ) = Σ over blocks of min(p(B), κ·g(B)) is the mass that can be coupled at κ.
    ///
    /// # Errors
    /// [`KernelError::Stopped`](crate::KernelError::Stopped).
    pub fn profile(&self) -> Result<Profile> {
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
            match self.split(&part, &mut scratch)? {
                Some((above, below)) => parts.extend([below, above]),
                None => {
                    let weight = part.hard.iter().map(|&i| self.hard[i]).sum::<u64>();
                    part.hard.iter().for_each(|&i| block_of[i] = hard.len());
                    hard.push(weight);
                    overlap.push(part.overlap.iter().map(|&j| self.overlap[j]).sum::<u64>());
                }
            }
        }
        Ok(Profile { hard, overlap, block_of })
    }

    /// Splits a part into (needs a larger κ, a smaller one), or returns `None` for a part that saturates at one κ.
    fn split(&self, part: &Part, local: &mut [usize]) -> Result<Option<(Part, Part)>> {
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
            return Ok(None);
        }
        let inner = Pool { indptr: &indptr, indices: &indices, hard: &hard, overlap: &overlap, call: self.call };
        let mut network = Network::new(&inner, u128::from(g), u128::from(p));
        network.maximise()?;
        let above = network.reachable();
        if above.is_empty() {
            return Ok(None);
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
        Ok(Some((side(true), side(false))))
    }
}

/// A part of the pool, by the numbers of its points.
struct Part {
    hard: Vec<usize>,
    overlap: Vec<usize>,
}
