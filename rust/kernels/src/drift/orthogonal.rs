//! Singular values by one-sided Jacobi rotations (Hestenes 1958), and the nearest orthogonal matrix (Schönemann 1966).
//!
//! Small matrices, column by column, always swept in the same order: the same bits everywhere.

/// Two columns count as orthogonal when their cosine is below this.
const PARALLEL: f64 = 1e-15;
/// Columns below this share of the whole are rounding, and left alone.
const NOTHING: f64 = 1e-15;
/// Convergence is quadratic; ten sweeps are many.
const SWEEPS: usize = 60;

/// Inner product: four sums side by side, then together, always in this order.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (fours_a, fours_b) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut sums = [0.0; 4];
    for (a, b) in fours_a.0.iter().zip(fours_b.0) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = fours_a.1.iter().zip(fours_b.1).map(|(a, b)| a * b).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// Turns the columns, each of length `rows`, until they are orthogonal: then their norms are the singular values. Returns
/// (norm, column) from the largest down, equal ones in order.
pub(super) fn singular(columns: &mut [f64], rows: usize) -> Vec<(f64, usize)> {
    orthogonalise(columns, rows, &mut []);
    let norms = columns.chunks_exact(rows).map(|column| dot(column, column).sqrt());
    let mut values: Vec<(f64, usize)> = norms.enumerate().map(|(at, norm)| (norm, at)).collect();
    values.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    values
}

/// The orthogonal matrix R nearest to A (both (r, r), column by column): UVᵀ for A = USVᵀ. It maximises the trace of RᵀA.
///
/// Where A has lost one rank there are two of them, and R is the rotation: determinant 1.
pub(super) fn nearest_orthogonal(mut a: Vec<f64>, r: usize) -> Vec<f64> {
    let mut turns: Vec<f64> = (0..r * r).map(|i| if i / r == i % r { 1.0 } else { 0.0 }).collect();
    orthogonalise(&mut a, r, &mut turns);
    let norms: Vec<f64> = a.chunks_exact(r).map(|column| dot(column, column).sqrt()).collect();
    let largest = norms.iter().copied().fold(0.0, f64::max);
    let mut order: Vec<usize> = (0..r).collect();
    order.sort_by(|&i, &j| norms[j].total_cmp(&norms[i]).then(i.cmp(&j)));
    let mut left: Vec<Vec<f64>> = Vec::with_capacity(r);
    let mut whole = true;
    for &at in &order {
        let column = &a[at * r..(at + 1) * r];
        let usable = norms[at] > NOTHING * largest * r as f64;
        whole &= usable;
        left.push(if usable { column.iter().map(|x| x / norms[at]).collect() } else { another(&left, r) });
    }
    let product = |left: &[Vec<f64>]| {
        let mut result = vec![0.0; r * r];
        for (u, &at) in left.iter().zip(&order) {
            for (column, v) in result.chunks_exact_mut(r).zip(&turns[at * r..(at + 1) * r]) {
                column.iter_mut().zip(u).for_each(|(entry, u)| *entry += u * v);
            }
        }
        result
    };
    let nearest = product(&left);
    if whole || determinant(nearest.clone(), r) > 0.0 {
        return nearest;
    }
    if let Some(last) = left.last_mut() {
        last.iter_mut().for_each(|u| *u = -*u);
    }
    product(&left)
}

/// Rotates pairs of columns until all are orthogonal; `turns` (empty, or a column for each) takes the same rotations.
fn orthogonalise(columns: &mut [f64], rows: usize, turns: &mut [f64]) {
    let count = columns.len() / rows;
    let nothing = NOTHING * NOTHING * dot(columns, columns);
    for _ in 0..SWEEPS {
        let mut turned = false;
        let mut squares: Vec<f64> = columns.chunks_exact(rows).map(|column| dot(column, column)).collect();
        for p in 0..count {
            for q in p + 1..count {
                let (first, second) = pair(columns, rows, p, q);
                let (alpha, beta, gamma) = (squares[p], squares[q], dot(first, second));
                if alpha <= nothing || beta <= nothing || gamma.abs() <= PARALLEL * (alpha * beta).sqrt() {
                    continue;
                }
                turned = true;
                let zeta = (beta - alpha) / (2.0 * gamma);
                let tangent = 1f64.copysign(zeta) / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
                rotate(first, second, cosine, cosine * tangent);
                (squares[p], squares[q]) = (alpha - tangent * gamma, beta + tangent * gamma);
                if !turns.is_empty() {
                    let (first, second) = pair(turns, count, p, q);
                    rotate(first, second, cosine, cosine * tangent);
                }
            }
        }
        if !turned {
            break;
        }
    }
}

/// Columns p < q.
fn pair(columns: &mut [f64], rows: usize, p: usize, q: usize) -> (&mut [f64], &mut [f64]) {
    let (head, tail) = columns.split_at_mut(q * rows);
    (&mut head[p * rows..(p + 1) * rows], &mut tail[..rows])
}

fn rotate(first: &mut [f64], second: &mut [f64], cosine: f64, sine: f64) {
    for (a, b) in first.iter_mut().zip(second) {
        (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
    }
}

/// A unit vector orthogonal to all of `others`: what is left of the axis that they leave most of.
fn another(others: &[Vec<f64>], r: usize) -> Vec<f64> {
    let left = |axis: usize| 1.0 - others.iter().map(|u| u[axis] * u[axis]).sum::<f64>();
    let axis = (0..r).max_by(|&i, &j| left(i).total_cmp(&left(j)).then(j.cmp(&i))).unwrap_or(0);
    let mut result = vec![0.0; r];
    result[axis] = 1.0;
    for _ in 0..2 {
        for u in others {
            let along = dot(u, &result);
            result.iter_mut().zip(u).for_each(|(x, u)| *x -= along * u);
        }
    }
    let length = dot(&result, &result).sqrt();
    result.iter().map(|x| x / length).collect()
}

/// By elimination with row pivots.
fn determinant(mut a: Vec<f64>, r: usize) -> f64 {
    let mut result = 1.0;
    for k in 0..r {
        let pivot = (k..r).max_by(|&i, &j| a[k * r + i].abs().total_cmp(&a[k * r + j].abs())).unwrap_or(k);
        if pivot != k {
            (0..r).for_each(|column| a.swap(column * r + k, column * r + pivot));
            result = -result;
        }
        result *= a[k * r + k];
        for i in k + 1..r {
            let factor = a[k * r + i] / a[k * r + k];
            (k..r).for_each(|column| a[column * r + i] -= factor * a[column * r + k]);
        }
    }
    result
}
