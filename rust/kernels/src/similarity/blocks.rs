//! The blocked product with the maximum folded in.
//!
//! Hard points are packed once per block of columns, for all of d, and shared. Each task then takes `ROWS` rows of X
//! through all of d, keeps its partial products in memory of its own, and folds a tile into the running maxima as
//! soon as its last block of k is added.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::paths::Tile;
use super::scales::{self, Scale};
use super::{Comparison, Matrix, Metric, Options, Real};
use crate::Call;

/// Most entries of a row in one block of k.
const DEPTH: usize = 384;
/// Bytes of packed hard points.
const PACKED: usize = 32 << 20;
/// Rows of X in a task, rounded to whole tiles.
const ROWS: usize = 168;
/// Hard points in a block of columns when partial products must be kept.
const COLUMNS: usize = 2048;
/// Panels between two looks at whether to stop: at most a few milliseconds.
const LOOK: usize = 32;

/// How the product is cut; depends on d, m and the tile, never on n or the number of threads.
struct Plan {
    /// Entries of a row in a block of k.
    depth: usize,
    /// Blocks of k.
    depths: usize,
    /// Rows of X in a task.
    rows: usize,
    /// Hard points in a block of columns.
    columns: usize,
}

impl Plan {
    fn new<T: Real, K: Tile<T>>(d: usize, m: usize) -> Self {
        let depths = d.div_ceil(DEPTH);
        let fit = PACKED / (d * size_of::<T>()) / K::NR * K::NR;
        let most = if depths == 1 { fit } else { fit.min(COLUMNS) }.clamp(K::NR, m.next_multiple_of(K::NR).max(K::NR));
        // Equal blocks: a small last block would be packed for little work.
        let columns = m.div_ceil(m.div_ceil(most)).next_multiple_of(K::NR);
        Self { depth: d.div_ceil(depths), depths, rows: (ROWS / K::MR).max(1) * K::MR, columns }
    }

    fn depth_of(&self, block: usize, d: usize) -> usize {
        self.depth.min(d - block * self.depth)
    }
}

/// Memory of one task.
struct Scratch<T: Real> {
    /// Packed rows of X, one block of k.
    points: Aligned<T>,
    /// Tiles of partial products.
    partial: Aligned<T>,
    /// Running maximum of each row in each lane, tile after tile.
    best: Vec<T>,
    /// The block of `NR` hard points where it was found.
    panel: Vec<T::Number>,
    /// Rows before they are interleaved.
    staging: Vec<T>,
}

impl<T: Real> Scratch<T> {
    fn new<K: Tile<T>>(plan: &Plan, index: bool) -> Self {
        let tiles = if plan.depths == 1 { 1 } else { plan.rows / K::MR * (plan.columns / K::NR) };
        let lanes = plan.rows * K::NR;
        Self {
            points: Aligned::new(plan.rows * plan.depth),
            partial: Aligned::new(tiles * K::MR * K::NR),
            best: vec![T::LOWEST; lanes],
            panel: vec![T::Number::from(0); if index { lanes } else { 0 }],
            staging: vec![T::ZERO; K::MR.max(K::NR) * plan.depth],
        }
    }
}

/// Scores of the rows of `x`, and nearest hard points where asked for.
pub(super) fn run<T: Real, K: Tile<T>>(
    &Comparison { x, hard, options, progress, call }: &Comparison<'_>,
) -> super::Found<T> {
    let hard_scales = scales::of_hard::<T, K>(hard, options.hard_name, options.metric, call)?;
    let scales = scales::of_points::<T, K>(x, options.metric, call)?;
    let (d, m) = (x.columns(), hard.rows());
    let plan = Plan::new::<T, K>(d, m);

    let mut values = vec![T::LOWEST; x.rows()];
    let mut nearest = vec![0i64; if options.index { x.rows() } else { 0 }];
    let mut packed = Aligned::<T>::new(plan.columns * d);
    let idle = Mutex::new(Vec::new());
    for first in (0..m).step_by(plan.columns) {
        let count = plan.columns.min(m - first);
        pack_hard::<T, K>(hard, &hard_scales, first..first + count, &plan, &mut packed);
        let mut indices = nearest.chunks_mut(plan.rows);
        let tasks: Vec<_> = values.chunks_mut(plan.rows).map(|values| (values, indices.next())).collect();
        tasks.into_par_iter().enumerate().with_max_len(1).for_each(|(task, (values, nearest))| {
            if call.stopped() {
                return;
            }
            let mut scratch = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut scratch = scratch.take().unwrap_or_else(|| Scratch::new::<K>(&plan, options.index));
            let start = task * plan.rows;
            multiply::<T, K>(
                x,
                &scales,
                start..start + values.len(),
                &packed,
                count,
                &plan,
                options,
                &mut scratch,
                call,
            );
            collect::<T, K>(&scratch, first, options.index, values, nearest);
            progress.add(values.len() * count);
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        });
    }
    call.check()?;
    let common = hard_scales.first().map_or(T::ONE, |scale| scale.power);
    for (value, scale) in values.iter_mut().zip(&scales) {
        *value = match options.metric {
            Metric::Cosine => T::from_f64(value.to_f64().clamp(-1.0, 1.0)),
            Metric::InnerProduct => unscale(*value, scale.power, common),
        };
    }
    for nearest in &mut nearest {
        *nearest = hard.number(*nearest as usize) as i64;
    }
    Ok((values, options.index.then_some(nearest)))
}

/// Divides by two powers of two without leaving the range on the way.
fn unscale<T: Real>(value: T, first: T, second: T) -> T {
    if first == T::ONE && second == T::ONE {
        return value;
    }
    let exponent = -(first.to_f64().log2() + second.to_f64().log2()) as i32;
    let half = exponent / 2;
    T::from_f64(value.to_f64() * 2.0f64.powi(half) * 2.0f64.powi(exponent - half))
}

/// Packs the hard points of one block of columns: per block of k, panels of `NR` points, entry after entry.
fn pack_hard<T: Real, K: Tile<T>>(
    hard: &Matrix<'_>,
    scales: &[Scale<T>],
    rows: std::ops::Range<usize>,
    plan: &Plan,
    packed: &mut Aligned<T>,
) {
    let panels = rows.len().div_ceil(K::NR);
    let mut rest = &mut packed.as_mut_slice()[..panels * K::NR * hard.columns()];
    for block in 0..plan.depths {
        let depth = plan.depth_of(block, hard.columns());
        let (now, later) = rest.split_at_mut(panels * K::NR * depth);
        rest = later;
        now.par_chunks_mut(K::NR * depth).enumerate().for_each_init(
            || vec![T::ZERO; K::NR * depth],
            |staging, (panel, target)| {
                // Past the last hard point the panel repeats it: a copy ties with the original, which has the smaller
                // index.
                let row = |lane: usize| (rows.start + panel * K::NR + lane).min(rows.end - 1);
                interleave::<T, K>(hard, scales, row, block * plan.depth, depth, K::NR, staging, target);
            },
        );
    }
}

/// Writes `target[p * width + lane]` = scaled entry `start + p` of row `row(lane)`.
#[expect(clippy::too_many_arguments, reason = "the innermost seams, each called from one place")]
#[inline(always)]
fn interleave<T: Real, K: Tile<T>>(
    matrix: &Matrix<'_>,
    scales: &[Scale<T>],
    row: impl Fn(usize) -> usize,
    start: usize,
    depth: usize,
    width: usize,
    staging: &mut [T],
    target: &mut [T],
) {
    // SAFETY: `K` was chosen among the paths this processor can run.
    unsafe {
        K::compiled(
            #[inline(always)]
            || {
                for (lane, entries) in staging[..width * depth].chunks_exact_mut(depth).enumerate() {
                    let row = row(lane);
                    matrix.read(row, start, entries);
                    let Scale { power, factor } = scales[row];
                    for entry in entries {
                        *entry = *entry * power * factor;
                    }
                }
                T::interleave(staging, depth, width, target);
            },
        );
    }
}

/// Multiplies some rows of X with one block of packed hard points and folds the products into `scratch.best`; when stopped,
/// it leaves them there as they are.
#[expect(clippy::too_many_arguments, reason = "the innermost seams, each called from one place")]
fn multiply<T: Real, K: Tile<T>>(
    x: &Matrix<'_>,
    scales: &[Scale<T>],
    rows: std::ops::Range<usize>,
    packed: &Aligned<T>,
    count: usize,
    plan: &Plan,
    options: &Options,
    scratch: &mut Scratch<T>,
    call: Call<'_>,
) {
    let (panels, strips) = (count.div_ceil(K::NR), rows.len().div_ceil(K::MR));
    scratch.best.fill(T::LOWEST);
    let mut hard = packed.as_slice();
    for block in 0..plan.depths {
        let depth = plan.depth_of(block, x.columns());
        let points = &mut scratch.points.as_mut_slice()[..strips * K::MR * depth];
        for (strip, target) in points.chunks_exact_mut(K::MR * depth).enumerate() {
            // Past the last row the strip repeats it; nobody reads those products.
            let row = |lane: usize| (rows.start + strip * K::MR + lane).min(rows.end - 1);
            interleave::<T, K>(x, scales, row, block * plan.depth, depth, K::MR, &mut scratch.staging, target);
        }
        let last = block + 1 == plan.depths;
        for panel in 0..panels {
            if panel % LOOK == 0 && call.stopped() {
                return;
            }
            let hard = &hard[panel * K::NR * depth..][..K::NR * depth];
            for strip in 0..strips {
                let points = &points[strip * K::MR * depth..][..K::MR * depth];
                let tile = if plan.depths == 1 { 0 } else { panel * strips + strip };
                let tile = &mut scratch.partial.as_mut_slice()[tile * K::MR * K::NR..][..K::MR * K::NR];
                // SAFETY: the slices have these lengths; `Aligned` and whole tiles keep 64 bytes; `K` can run here.
                unsafe { K::multiply(depth, points.as_ptr(), hard.as_ptr(), tile.as_mut_ptr(), block > 0) };
                if last {
                    let lanes = strip * K::MR * K::NR..(strip + 1) * K::MR * K::NR;
                    let best = &mut scratch.best[lanes.clone()];
                    let index = if options.index { &mut scratch.panel[lanes] } else { &mut [] };
                    fold::<T, K>(tile, options.absolute, panel as u32, best, index);
                }
            }
        }
        hard = &hard[panels * K::NR * depth..];
    }
}

/// Raises the running maxima to the values of a tile; an equal value leaves the earlier panel.
#[inline(always)]
fn fold<T: Real, K: Tile<T>>(tile: &[T], absolute: bool, panel: u32, best: &mut [T], index: &mut [T::Number]) {
    // SAFETY: `K` was chosen among the paths this processor can run.
    unsafe {
        K::compiled(
            #[inline(always)]
            || match (absolute, index.is_empty()) {
                (true, true) => raise(tile, T::absolute, best),
                (false, true) => raise(tile, |value| value, best),
                (true, false) => raise_with_index(tile, T::absolute, panel.into(), best, index),
                (false, false) => raise_with_index(tile, |value| value, panel.into(), best, index),
            },
        );
    }
}

#[inline(always)]
fn raise<T: Real>(tile: &[T], value: impl Fn(T) -> T, best: &mut [T]) {
    for (best, &entry) in best.iter_mut().zip(tile) {
        let value = value(entry);
        *best = if value > *best { value } else { *best };
    }
}

#[inline(always)]
fn raise_with_index<T: Real>(
    tile: &[T],
    value: impl Fn(T) -> T,
    panel: T::Number,
    best: &mut [T],
    index: &mut [T::Number],
) {
    for ((best, index), &entry) in best.iter_mut().zip(index).zip(tile) {
        let value = value(entry);
        let better = value > *best;
        *best = if better { value } else { *best };
        *index = if better { panel } else { *index };
    }
}

/// Reduces the lanes of each row and merges them into the results; hard points of earlier blocks win ties.
fn collect<T: Real, K: Tile<T>>(
    scratch: &Scratch<T>,
    first: usize,
    with_index: bool,
    values: &mut [T],
    nearest: Option<&mut [i64]>,
) {
    let mut unused = [];
    let nearest = nearest.unwrap_or(&mut unused);
    for (row, value) in values.iter_mut().enumerate() {
        let lanes = &scratch.best[row * K::NR..][..K::NR];
        let top = lanes.iter().fold(T::LOWEST, |top, &lane| if lane > top { lane } else { top });
        if top > *value {
            *value = top;
            if with_index {
                let panels = &scratch.panel[row * K::NR..][..K::NR];
                let columns = lanes.iter().zip(panels).enumerate().filter(|(_, (lane, _))| **lane == top);
                let smallest =
                    columns.map(|(lane, (_, &panel))| Into::<u64>::into(panel) * K::NR as u64 + lane as u64).min();
                nearest[row] = first as i64 + smallest.map_or(0, |column| column as i64);
            }
        }
    }
}

/// Numbers aligned to 64 bytes: a cache line, and the widest register.
struct Aligned<T> {
    lines: Vec<Line>,
    length: usize,
    entries: std::marker::PhantomData<T>,
}

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

impl<T: Real> Aligned<T> {
    fn new(length: usize) -> Self {
        let lines = vec![Line([0; 64]); (length * size_of::<T>()).div_ceil(64)];
        Self { lines, length, entries: std::marker::PhantomData }
    }

    fn as_slice(&self) -> &[T] {
        // SAFETY: the lines hold at least `length` values; f32 and f64 (the only `Real`s) have no invalid bits.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }

    fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: as above, and `self` is borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}
