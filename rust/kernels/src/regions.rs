//! The four regions of the data, and samples of so many points of each.

use std::ops::Range;

use crate::{KernelError, Result};

/// Number of regions.
pub const REGIONS: usize = 4;

/// Which patterns a point holds. The code of a region is its place here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// The easy pattern only.
    Easy,
    /// The hard pattern only.
    Hard,
    /// Both.
    Overlap,
    /// None.
    Neither,
}

impl Region {
    /// All regions, in the order of their codes.
    pub const ALL: [Self; REGIONS] = [Self::Easy, Self::Hard, Self::Overlap, Self::Neither];

    /// Its code.
    pub fn code(self) -> usize {
        self as usize
    }

    /// Whether its points hold the easy pattern.
    pub fn is_easy(self) -> bool {
        matches!(self, Self::Easy | Self::Overlap)
    }

    /// Whether its points hold the hard pattern.
    pub fn is_hard(self) -> bool {
        matches!(self, Self::Hard | Self::Overlap)
    }
}

/// Points of each region in a sample, (easy, hard, overlap, neither); rows come in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts(pub [usize; REGIONS]);

impl Counts {
    /// Number of points.
    ///
    /// # Errors
    /// [`KernelError::Parameter`] when n points of `d` numbers do not fit the address space.
    pub fn points(&self, d: usize) -> Result<usize> {
        let n = self.0.iter().try_fold(0usize, |n, &count| n.checked_add(count));
        n.filter(|n| n.checked_mul(d).is_some()).ok_or_else(|| KernelError::Parameter {
            argument: "counts",
            value: format!("{:?}", self.0),
            requirement: "small enough that n · d fits the address space",
        })
    }

    /// The rows of a region.
    pub fn rows(&self, region: Region) -> Range<usize> {
        let start = self.0[..region.code()].iter().sum();
        start..start + self.0[region.code()]
    }

    /// The region of a row; past the last row it is the last one.
    pub fn region_of(&self, row: usize) -> Region {
        let mut end = 0;
        for region in Region::ALL {
            end += self.0[region.code()];
            if row < end {
                return region;
            }
        }
        Region::Neither
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_follow_the_regions() {
        let counts = Counts([2, 0, 3, 1]);
        assert_eq!(Region::ALL.map(|region| counts.rows(region)), [0..2, 2..2, 2..5, 5..6]);
        assert_eq!(counts.points(7), Ok(6));
        assert_eq!(Region::ALL.map(Region::code), [0, 1, 2, 3]);
    }

    #[test]
    fn samples_that_fit_no_memory_are_refused() {
        let refused = |counts: [usize; 4], d| Counts(counts).points(d).unwrap_err().to_string();
        assert!(
            refused([usize::MAX, 1, 0, 0], 1).starts_with("counts is [18446744073709551615, 1, 0, 0], but must be")
        );
        assert!(refused([1 << 40, 0, 0, 0], 1 << 30).starts_with("counts is"));
    }

    proptest! {
        #[test]
        fn every_row_lies_in_the_rows_of_its_region(counts in prop::array::uniform4(0usize..20), row in 0usize..80) {
            let counts = Counts(counts);
            if row < counts.points(1).unwrap() {
                prop_assert!(counts.rows(counts.region_of(row)).contains(&row));
            }
        }
    }
}
