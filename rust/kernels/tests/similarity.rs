//! `similarity`: closed forms, then the f64 oracle on every path and layout, then order and threads.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use half::{bf16, f16};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use w2slens_kernels::similarity::oracle;
use w2slens_kernels::similarity::{
    Entry, Kind, Matrix, Metric, Options, Path, Progress, Scores, Values, budget, overlap_scores,
};
use w2slens_kernels::{Call, KernelError, Stop};

fn uniform(seed: u64, length: usize) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..length).map(|_| rng.random_range(-1.0..1.0)).collect()
}

fn run(x: &Matrix<'_>, hard: &Matrix<'_>, options: &Options, n_threads: usize) -> Scores {
    overlap_scores(x, hard, options, &Progress::default(), Some(n_threads)).unwrap()
}

fn wide(values: &Values) -> Vec<f64> {
    match values {
        Values::F32(values) => values.iter().map(|&value| f64::from(value)).collect(),
        Values::F64(values) => values.clone(),
    }
}

/// Holds every path to its budget against the oracle.
fn agrees<E: Entry, F: Entry>(
    (x, x_entries): (&[E], &[f64]),
    (hard, hard_entries): (&[F], &[f64]),
    d: usize,
) -> Result<(), TestCaseError> {
    let (n, m) = (x.len() / d, hard.len() / d);
    let x = Matrix::from_slice(x, n, d).unwrap();
    let hard = Matrix::from_slice(hard, m, d).unwrap();
    let bound = budget(x.kind(), hard.kind());
    for path in Path::here() {
        for metric in [Metric::Cosine, Metric::InnerProduct] {
            for absolute in [true, false] {
                let options = Options { metric, absolute, index: true, path, ..Options::default() };
                let scores = run(&x, &hard, &options, 2);
                let without = run(&x, &hard, &Options { index: false, ..options }, 1);
                prop_assert_eq!(&without.values, &scores.values);
                prop_assert_eq!(without.nearest, None);
                let expected = oracle::overlap_scores(x_entries, hard_entries, d, metric, absolute);
                let longest = |entries: &[f64]| {
                    entries.chunks_exact(d).map(|row| row.iter().map(|v| v * v).sum::<f64>().sqrt()).fold(0.0, f64::max)
                };
                let unit = match metric {
                    Metric::Cosine => 1.0,
                    Metric::InnerProduct => longest(x_entries) * longest(hard_entries),
                };
                let nearest = scores.nearest.unwrap();
                for (row, (value, (best, index))) in wide(&scores.values).into_iter().zip(expected).enumerate() {
                    prop_assert!((value - best).abs() <= bound * unit, "{path:?} {metric:?} row {row}: {value} {best}");
                    if nearest[row] as usize != index {
                        let chosen = &hard_entries[nearest[row] as usize * d..][..d];
                        let own = oracle::overlap_scores(&x_entries[row * d..][..d], chosen, d, metric, absolute);
                        prop_assert!(best - own[0].0 <= 2.0 * bound * unit, "row {row}: no near-tie");
                    }
                }
            }
        }
    }
    Ok(())
}

/// Rows without direction have no cosine: give each row at least one entry that no rounding removes.
fn with_direction(mut entries: Vec<f64>, d: usize) -> Vec<f64> {
    entries.iter_mut().step_by(d).for_each(|entry| *entry = entry.signum() * (1.0 + entry.abs().round()));
    entries
}

fn dimensions() -> impl Strategy<Value = usize> {
    // Around the lengths at which blocks of k begin, and the tails of every register width.
    prop_oneof![1usize..70, 380usize..390, 765usize..772]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn f32_agrees_with_the_oracle(seed: u64, n in 1usize..60, m in 1usize..100, d in dimensions()) {
        let x: Vec<f32> = with_direction(uniform(seed, n * d), d).into_iter().map(|v| v as f32).collect();
        let hard: Vec<f32> = with_direction(uniform(!seed, m * d), d).into_iter().map(|v| v as f32).collect();
        let wide = |entries: &[f32]| entries.iter().map(|&v| f64::from(v)).collect::<Vec<_>>();
        agrees((&x, &wide(&x)), (&hard, &wide(&hard)), d)?;
    }

    #[test]
    fn f64_agrees_with_the_oracle(seed: u64, n in 1usize..60, m in 1usize..100, d in dimensions()) {
        let x = with_direction(uniform(seed, n * d), d);
        let hard = with_direction(uniform(!seed, m * d), d);
        agrees((&x, &x), (&hard, &hard), d)?;
    }

    #[test]
    fn halves_agree_with_the_oracle(seed: u64, n in 1usize..30, m in 1usize..40, d in dimensions()) {
        let x: Vec<f16> = with_direction(uniform(seed, n * d), d).into_iter().map(f16::from_f64).collect();
        let hard: Vec<bf16> = with_direction(uniform(!seed, m * d), d).into_iter().map(bf16::from_f64).collect();
        let x_entries: Vec<f64> = x.iter().map(|v| v.to_f64()).collect();
        let hard_entries: Vec<f64> = hard.iter().map(|v| v.to_f64()).collect();
        agrees((&x, &x_entries), (&hard, &hard_entries), d)?;
        agrees((&hard, &hard_entries), (&x, &x_entries), d)?;
        // One argument in f64 makes the sums f64.
        agrees((&x, &x_entries), (&hard_entries, &hard_entries), d)?;
    }

    #[test]
    fn a_view_of_any_stride_and_byte_order_reads_the_same_entries(
        seed: u64, n in 1usize..20, m in 1usize..20, d in 1usize..400, gap in 1usize..3,
        flip: bool, swapped: bool, column_major: bool, offset in 0usize..4,
    ) {
        let entries: Vec<f32> = with_direction(uniform(seed, n * d), d).into_iter().map(|v| v as f32).collect();
        let hard: Vec<f32> = with_direction(uniform(!seed, m * d), d).into_iter().map(|v| v as f32).collect();
        let (row_step, column_step) = if column_major { (gap, gap * n) } else { (gap * d, gap) };
        let mut memory = vec![0u8; offset + 4 * gap * n * d];
        for row in 0..n {
            for column in 0..d {
                let from = entries[row * d + column];
                let at = if flip { n - 1 - row } else { row };
                let to = offset + 4 * (at * row_step + column * column_step);
                memory[to..to + 4].copy_from_slice(&if swapped { from.to_be_bytes() } else { from.to_le_bytes() });
            }
        }
        let swapped = swapped != cfg!(target_endian = "big");
        let (first, sign) = if flip { (offset + 4 * (n - 1) * row_step, -1) } else { (offset, 1) };
        let strides = [sign * 4 * row_step as isize, 4 * column_step as isize];
        // SAFETY: each entry was written above at the place that these strides reach.
        let view = unsafe { Matrix::from_raw(memory.as_ptr().add(first), [n, d], strides, Kind::F32, swapped) };
        let hard = Matrix::from_slice(&hard, m, d).unwrap();
        let plain = Matrix::from_slice(&entries, n, d).unwrap();
        let options = Options { index: true, ..Options::default() };
        prop_assert_eq!(run(&view, &hard, &options, 1), run(&plain, &hard, &options, 1));
        prop_assert_eq!(run(&hard, &view, &options, 1), run(&hard, &plain, &options, 1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn selected_rows_score_as_gathered_ones(
        seed: u64, n in 1usize..60, d in dimensions(),
        metric in prop_oneof![Just(Metric::Cosine), Just(Metric::InnerProduct)],
        rows in prop::collection::vec(any::<prop::sample::Index>(), 0..300),
        hard_rows in prop::collection::vec(any::<prop::sample::Index>(), 1..300),
        narrow: bool, from_itself: bool,
    ) {
        let x = with_direction(uniform(seed, n * d), d);
        let other = if from_itself { x.clone() } else { with_direction(uniform(!seed, n * d), d) };
        let [rows, hard_rows] = [rows, hard_rows].map(|rows| rows.iter().map(|row| row.index(n)).collect::<Vec<_>>());
        if narrow {
            let [x, other] = [x, other].map(|entries| entries.into_iter().map(|v| v as f32).collect::<Vec<_>>());
            selects(&x, &other, d, &rows, &hard_rows, metric)?;
        } else {
            selects(&x, &other, d, &rows, &hard_rows, metric)?;
        }
    }
}

/// Rows chosen in place against rows copied out: the same bits, and nearest rows by their number in the matrix.
fn selects<E: Entry>(
    x: &[E],
    other: &[E],
    d: usize,
    rows: &[usize],
    hard_rows: &[usize],
    metric: Metric,
) -> Result<(), TestCaseError> {
    let gather = |from: &[E], rows: &[usize]| rows.iter().flat_map(|&row| from[row * d..][..d].to_vec()).collect();
    let (points, hard): (Vec<E>, Vec<E>) = (gather(x, rows), gather(other, hard_rows));
    let whole = |entries| Matrix::from_slice(entries, x.len() / d, d).unwrap();
    for path in Path::here() {
        let options = Options { metric, index: true, path, ..Options::default() };
        let points = Matrix::from_slice(&points, rows.len(), d).unwrap();
        let gathered = run(&points, &Matrix::from_slice(&hard, hard_rows.len(), d).unwrap(), &options, 1);
        let x = whole(x).select(rows, "rows").unwrap();
        let selected = run(&x, &whole(other).select(hard_rows, "hard_rows").unwrap(), &options, 2);
        prop_assert_eq!(&selected.values, &gathered.values);
        let numbers = gathered.nearest.unwrap().into_iter().map(|place| hard_rows[place as usize] as i64).collect();
        prop_assert_eq!(selected.nearest, Some(numbers));
    }
    Ok(())
}

#[test]
fn errors_of_selected_rows_have_the_numbers_of_the_matrix() {
    let entries = [1.0f32, 1.0, f32::NAN, 1.0, 1.0, 0.0, 0.0, 0.0];
    let x = Matrix::from_slice(&entries, 4, 2).unwrap();
    let scored = |rows: &[usize], hard_rows: &[usize], hard_name| {
        let (x, hard) = (x.select(rows, "rows").unwrap(), x.select(hard_rows, "hard_rows").unwrap());
        let options = Options { hard_name, ..Options::default() };
        overlap_scores(&x, &hard, &options, &Progress::default(), Some(1))
    };
    // Rows that are not selected may hold anything.
    assert!(scored(&[2, 0, 0], &[0], "X_hard").is_ok());
    let name = |error: KernelError| error.to_string();
    assert!(name(scored(&[2, 1], &[0], "X_hard").unwrap_err()).starts_with("X has NaN at row 1, column 0"));
    assert!(name(scored(&[2], &[0, 1], "X_hard").unwrap_err()).starts_with("X_hard has NaN at row 1, column 0"));
    assert_eq!(scored(&[2], &[3, 1], "X").unwrap_err(), KernelError::ZeroNorm { argument: "X", row: 3 });
    assert!(name(scored(&[2], &[], "X").unwrap_err()).ends_with("X has no selected rows"));
    assert_eq!(name(x.select(&[0, 4], "rows").unwrap_err()), "rows has 4 at index 1, outside [0, 3]");
}

#[test]
fn integers_are_exact_in_f64() {
    macro_rules! check {
        ($($integer:ty),*) => {
            $({
                let x: Vec<$integer> = vec![3, 4, 0, 5, 12, 100];
                let hard: Vec<$integer> = vec![1, 0, 0, 0, 1, 1];
                let (x, hard) = (Matrix::from_slice(&x, 2, 3).unwrap(), Matrix::from_slice(&hard, 2, 3).unwrap());
                let options = Options { metric: Metric::InnerProduct, index: true, ..Options::default() };
                let expected = Scores { values: Values::F64(vec![4.0, 112.0]), nearest: Some(vec![1, 1]) };
                assert_eq!(run(&x, &hard, &options, 1), expected);
            })*
        };
    }
    check!(i8, i16, i32, i64, u8, u16, u32, u64);
}

#[test]
fn bits_do_not_depend_on_threads_or_on_the_order_and_subset_of_rows() {
    let (n, m, d) = (400, 700, 900);
    let x: Vec<f32> = uniform(1, n * d).into_iter().map(|v| v as f32).collect();
    let hard: Vec<f32> = uniform(2, m * d).into_iter().map(|v| v as f32).collect();
    let hard_view = Matrix::from_slice(&hard, m, d).unwrap();
    for path in Path::here() {
        let options = Options { index: true, path, ..Options::default() };
        let scores = run(&Matrix::from_slice(&x, n, d).unwrap(), &hard_view, &options, 1);
        for n_threads in [2, 7] {
            assert_eq!(run(&Matrix::from_slice(&x, n, d).unwrap(), &hard_view, &options, n_threads), scores);
        }
        let Values::F32(values) = &scores.values else { panic!("f32 in, f32 out") };
        let backwards: Vec<f32> = x.chunks_exact(d).rev().flatten().copied().collect();
        let Values::F32(reversed) = run(&Matrix::from_slice(&backwards, n, d).unwrap(), &hard_view, &options, 2).values
        else {
            panic!("f32 in, f32 out")
        };
        assert!(reversed.iter().rev().eq(values));
        let Values::F32(some) =
            run(&Matrix::from_slice(&x[17 * d..60 * d], 43, d).unwrap(), &hard_view, &options, 2).values
        else {
            panic!("f32 in, f32 out")
        };
        assert_eq!(some, values[17..60]);
    }
}

#[test]
fn a_constant_row_stays_within_the_bound() {
    // Every product rounds the same way: the worst case for a long sum in f32.
    for value in [0.3f32, 0.7, 1.1, 1e-3] {
        let (x, hard) = (vec![value; 4096], vec![value; 4096]);
        let (x, hard) = (Matrix::from_slice(&x, 1, 4096).unwrap(), Matrix::from_slice(&hard, 1, 4096).unwrap());
        for path in Path::here() {
            let Values::F32(scores) = run(&x, &hard, &Options { path, ..Options::default() }, 1).values else {
                panic!("f32 in, f32 out")
            };
            assert!(
                (f64::from(scores[0]) - 1.0).abs() <= budget(Kind::F32, Kind::F32),
                "{path:?} {value}: {}",
                scores[0]
            );
        }
    }
}

#[test]
fn errors_carry_argument_and_place() {
    let one = |x: &[f64], hard: &[f64], d: usize| {
        let x = Matrix::from_slice(x, x.len() / d, d).unwrap();
        let hard = Matrix::from_slice(hard, hard.len() / d, d).unwrap();
        overlap_scores(&x, &hard, &Options::default(), &Progress::default(), Some(1)).unwrap_err()
    };
    let wrong = one(&[1.0, 2.0, 3.0, f64::NEG_INFINITY], &[1.0, 1.0], 2);
    assert_eq!(wrong, KernelError::NotFinite { argument: "X", row: 1, column: 1, value: f64::NEG_INFINITY });
    assert_eq!(one(&[1.0], &[2.0, 0.0], 1), KernelError::ZeroNorm { argument: "X_hard", row: 1 });
    assert!(matches!(one(&[1.0], &[], 1), KernelError::Undefined { .. }));
    let (x, hard) = ([1.0f32; 6], [1.0f32; 6]);
    let (x, hard) = (Matrix::from_slice(&x, 2, 3).unwrap(), Matrix::from_slice(&hard, 3, 2).unwrap());
    let wrong = overlap_scores(&x, &hard, &Options::default(), &Progress::default(), Some(1)).unwrap_err();
    assert_eq!(wrong.to_string(), "X_hard has shape (3, 2), expected (m, 3)");
    assert!(Matrix::from_slice(&[1.0f32; 5], 2, 3).is_err());
}

#[test]
fn a_stopped_computation_has_no_result() {
    let x = [1.0f32; 6];
    let x = Matrix::from_slice(&x, 2, 3).unwrap();
    let (stop, progress) = (Stop::default(), Progress::default());
    let call = Call::new(Some(1), &stop);
    assert!(overlap_scores(&x, &x, &Options::default(), &progress, call).is_ok());
    assert_eq!(progress.pairs(), 4);
    stop.set();
    assert_eq!(overlap_scores(&x, &x, &Options::default(), &progress, call), Err(KernelError::Stopped));
    assert_eq!(progress.pairs(), 4);
}
