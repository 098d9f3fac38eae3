//! A borrowed matrix of any entry type, stride and byte order, whole or some of its rows, widened a few hundred entries
//! at a time.

use std::marker::PhantomData;

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::Real;
use crate::{KernelError, Result};

/// The type of a matrix entry in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is named after its type")]
pub enum Kind {
    F16,
    Bf16,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
}

impl Kind {
    /// Bytes of one entry.
    pub fn size(self) -> usize {
        match self {
            Kind::I8 | Kind::U8 => 1,
            Kind::F16 | Kind::Bf16 | Kind::I16 | Kind::U16 => 2,
            Kind::F32 | Kind::I32 | Kind::U32 => 4,
            Kind::F64 | Kind::I64 | Kind::U64 => 8,
        }
    }

    /// Whether f32 holds every value of this type at the precision the type has.
    pub fn narrow(self) -> bool {
        matches!(self, Kind::F16 | Kind::Bf16 | Kind::F32)
    }
}

/// Entry types that a slice can be viewed through.
pub trait Entry: Copy {
    /// How the entry lies in memory.
    const KIND: Kind;
}

/// A view of `rows` × `columns` entries, or of some of these rows; the memory stays the caller's and is never copied as
/// a whole.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    data: *const u8,
    /// Rows in memory.
    rows: usize,
    /// Rows that the view has, in this order; all of them without.
    selected: Option<&'a [usize]>,
    columns: usize,
    row_stride: isize,
    column_stride: isize,
    kind: Kind,
    swapped: bool,
    memory: PhantomData<&'a [u8]>,
}

// SAFETY: a `Matrix` is a shared borrow that is only ever read, like `&[u8]`.
unsafe impl Send for Matrix<'_> {}
// SAFETY: as above.
unsafe impl Sync for Matrix<'_> {}

impl<'a> Matrix<'a> {
    /// Views a row-major slice.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when the slice does not hold `rows * columns` entries.
    pub fn from_slice<E: Entry>(data: &'a [E], rows: usize, columns: usize) -> Result<Self> {
        if rows.checked_mul(columns) != Some(data.len()) {
            return Err(KernelError::Shape {
                argument: "data",
                expected: format!("({},)", rows as u128 * columns as u128),
                got: format!("({},)", data.len()),
            });
        }
        let size = E::KIND.size() as isize;
        // SAFETY: the slice holds exactly the entries that rows and strides reach, and outlives `'a`.
        Ok(unsafe {
            Self::from_raw(data.as_ptr().cast(), [rows, columns], [size * columns as isize, size], E::KIND, false)
        })
    }

    /// Views memory with strides in bytes; `swapped` entries have the other byte order. Alignment is not needed.
    ///
    /// # Safety
    /// For every row `i` and column `j` the `kind.size()` bytes at `data + i * strides[0] + j * strides[1]` must be
    /// readable, and nobody may write to them, while the view lives.
    pub unsafe fn from_raw(data: *const u8, shape: [usize; 2], strides: [isize; 2], kind: Kind, swapped: bool) -> Self {
        let [rows, columns] = shape;
        let [row_stride, column_stride] = strides;
        Self { data, rows, selected: None, columns, row_stride, column_stride, kind, swapped, memory: PhantomData }
    }

    /// The view of these rows of the matrix, in this order; a row may occur more than once. `argument` is what errors
    /// call the selection.
    ///
    /// # Errors
    /// [`KernelError::OutOfRange`] for a row that the matrix does not have.
    pub fn select(self, rows: &'a [usize], argument: &'static str) -> Result<Self> {
        if let Some(index) = rows.iter().position(|&row| row >= self.rows) {
            let (value, high) = (rows[index] as f64, self.rows as f64 - 1.0);
            return Err(KernelError::OutOfRange { argument, index, value, low: 0.0, high });
        }
        Ok(Self { selected: Some(rows), ..self })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.selected.map_or(self.rows, <[usize]>::len)
    }

    /// Whether these are chosen rows.
    pub(crate) fn is_selection(&self) -> bool {
        self.selected.is_some()
    }

    /// The number that row `row` of the view has in the matrix.
    #[inline(always)]
    pub fn number(&self, row: usize) -> usize {
        self.selected.map_or(row, |selected| selected[row])
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Type of the entries in memory.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Widens the entries `start .. start + out.len()` of one row.
    #[inline(always)]
    pub(crate) fn read<T: Real>(&self, row: usize, start: usize, out: &mut [T]) {
        let row = self.number(row);
        assert!(row < self.rows && start + out.len() <= self.columns, "a block lies inside its matrix");
        // SAFETY: row and start were checked, so the pointer stays within what `from_raw` was promised.
        let from = unsafe { self.data.offset(row as isize * self.row_stride + start as isize * self.column_stride) };
        macro_rules! widen {
            ($entry:ty, $bits:ty, $value:expr) => {{
                let value: fn(&$bits) -> T = $value;
                let unit = size_of::<$entry>() as isize;
                if self.column_stride == unit && !self.swapped {
                    for (j, slot) in out.iter_mut().enumerate() {
                        // SAFETY: entry `start + j` of this row, inside the matrix by the check above.
                        *slot = value(&unsafe { from.cast::<$bits>().add(j).read_unaligned() });
                    }
                } else {
                    for (j, slot) in out.iter_mut().enumerate() {
                        let entry = from.wrapping_offset(j as isize * self.column_stride).cast::<$bits>();
                        // SAFETY: as above, with the stride `from_raw` was given.
                        let bits = unsafe { entry.read_unaligned() };
                        *slot = value(&if self.swapped { bits.swap_bytes() } else { bits });
                    }
                }
            }};
        }
        match self.kind {
            Kind::F16 => self.read_f16(from, out),
            Kind::Bf16 => widen!(bf16, u16, |b| T::from_f32(f32::from_bits(u32::from(*b) << 16))),
            Kind::F32 => widen!(f32, u32, |b| T::from_f32(f32::from_bits(*b))),
            Kind::F64 => widen!(f64, u64, |b| T::from_f64(f64::from_bits(*b))),
            Kind::I8 => widen!(i8, u8, |b| T::from_f64(f64::from(*b as i8))),
            Kind::I16 => widen!(i16, u16, |b| T::from_f64(f64::from(*b as i16))),
            Kind::I32 => widen!(i32, u32, |b| T::from_f64(f64::from(*b as i32))),
            Kind::I64 => widen!(i64, u64, |b| T::from_f64(*b as i64 as f64)),
            Kind::U8 => widen!(u8, u8, |b| T::from_f64(f64::from(*b))),
            Kind::U16 => widen!(u16, u16, |b| T::from_f64(f64::from(*b))),
            Kind::U32 => widen!(u32, u32, |b| T::from_f64(f64::from(*b))),
            Kind::U64 => widen!(u64, u64, |b| T::from_f64(*b as f64)),
        }
    }

    /// Half precision goes through `half`'s slice conversion, which uses the processor's instruction where it exists.
    fn read_f16<T: Real>(&self, from: *const u8, out: &mut [T]) {
        const STEP: usize = 64;
        let (mut narrow, mut wide) = ([f16::ZERO; STEP], [0.0f32; STEP]);
        for (step, slots) in out.chunks_mut(STEP).enumerate() {
            for (j, slot) in narrow[..slots.len()].iter_mut().enumerate() {
                let offset = (step * STEP + j) as isize * self.column_stride;
                // SAFETY: `out` lies inside the row (checked by `read`), so does each entry.
                let bits = unsafe { from.offset(offset).cast::<u16>().read_unaligned() };
                *slot = f16::from_bits(if self.swapped { bits.swap_bytes() } else { bits });
            }
            narrow[..slots.len()].convert_to_f32_slice(&mut wide[..slots.len()]);
            for (slot, value) in slots.iter_mut().zip(wide) {
                *slot = T::from_f32(value);
            }
        }
    }
}

macro_rules! entries {
    ($($entry:ty => $kind:ident),*) => {
        $(impl Entry for $entry {
            const KIND: Kind = Kind::$kind;
        })*
    };
}
entries!(f16 => F16, bf16 => Bf16, f32 => F32, f64 => F64, i8 => I8, i16 => I16, i32 => I32, i64 => I64,
         u8 => U8, u16 => U16, u32 => U32, u64 => U64);
