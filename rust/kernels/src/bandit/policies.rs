//! The policies. An index of a source not yet pulled is infinite, so each is pulled once before an index counts.
//!
//! Sources are numbered in the order of ties: the first of the largest is chosen. Every formula is evaluated as the Python
//! policy of the same name evaluates it, operation by operation, so both choose alike.

use crate::normal::Normals;

use super::{below, beta, unit};

/// A policy at work.
pub(super) trait Policy {
    /// A segment with these true densities begins; only the oracle listens.
    fn enter(&mut self, _densities: &[f64]) {}
    fn select(&mut self, own: &mut Normals) -> usize;
    fn observe(&mut self, source: usize, fraction: f64);
}

/// Builds the policy that a `Kind` describes and lets a replay play it.
macro_rules! with_policy {
    ($kind:expr, $setting:expr, $replay:expr) => {{
        use crate::bandit::policies::*;
        use crate::bandit::{Kind, Unit};
        let (k, points) = ($setting.sources, f64::from($setting.batch));
        let weight = |unit| if unit == Unit::Points { points } else { 1.0 };
        match *$kind {
            Kind::Ucb { horizon: Some(t), xi, unit } => {
                let scale = xi * libm::log(t);
                $replay.play(Indexed::new(k, weight(unit), move |mean, n| mean + (scale / n).sqrt()))
            }
            Kind::Ucb { horizon: None, xi, unit } => $replay.play(Anytime::new(k, weight(unit), xi)),
            Kind::PublishedUcb { horizon } => {
                let scale = (2.0 * libm::log(horizon)).sqrt();
                $replay.play(Indexed::new(k, 1.0, move |mean, n| mean + scale / n))
            }
            Kind::KlUcb { horizon: Some(t), unit } => {
                let log = libm::log(t);
                $replay.play(Indexed::new(k, weight(unit), move |mean, n| kl_upper(mean, log / n)))
            }
            Kind::KlUcb { horizon: None, unit } => $replay.play(AnytimeKl::new(k, weight(unit))),
            Kind::Moss { horizon } => {
                let share = horizon / k as f64;
                $replay.play(Indexed::new(k, 1.0, move |mean, n| mean + (libm::log(share / n).max(0.0) / n).sqrt()))
            }
            Kind::Thompson => $replay.play(Thompson::new(k, points)),
            Kind::EpsilonGreedy { epsilon } => $replay.play(EpsilonGreedy::new(k, epsilon)),
            Kind::RoundRobin => $replay.play(RoundRobin::new(k)),
            Kind::Uniform => $replay.play(Uniform { sources: k }),
            Kind::Oracle => $replay.play(Oracle { best: 0 }),
            Kind::SlidingWindowUcb { window, xi } => $replay.play(SlidingWindow::new(k, window, xi)),
            Kind::DiscountedUcb { discount, xi } => $replay.play(Discounted::new(k, discount, xi)),
        }
    }};
}
pub(super) use with_policy;

/// Values closer than this are equal: sums of the same fractions in another order must not decide by their rounding.
const TIE: f64 = 1e-12;

/// The first of the largest, to within `tie`; there is at least one value, and no NaN.
#[inline]
fn first_largest_within(tie: f64, values: impl Iterator<Item = f64>) -> usize {
    let (mut best, mut bar) = (0, f64::NEG_INFINITY);
    for (i, value) in values.enumerate() {
        if value > bar {
            (best, bar) = (i, value + tie);
        }
    }
    best
}

/// The first of the largest indices.
#[inline]
pub(super) fn first_largest(indices: impl Iterator<Item = f64>) -> usize {
    first_largest_within(TIE, indices)
}

/// A policy whose index of a source changes with that source's observations only.
pub(super) struct Indexed<F> {
    of: F,
    weight: f64,
    sums: Vec<f64>,
    counts: Vec<f64>,
    indices: Vec<f64>,
}

impl<F: Fn(f64, f64) -> f64> Indexed<F> {
    /// `of(mean, count)` is the index; a round adds `weight` to the count.
    pub(super) fn new(k: usize, weight: f64, of: F) -> Self {
        Self { of, weight, sums: vec![0.0; k], counts: vec![0.0; k], indices: vec![f64::INFINITY; k] }
    }
}

impl<F: Fn(f64, f64) -> f64> Policy for Indexed<F> {
    #[inline]
    fn select(&mut self, _own: &mut Normals) -> usize {
        first_largest(self.indices.iter().copied())
    }

    #[inline]
    fn observe(&mut self, source: usize, fraction: f64) {
        let sum = self.sums[source] + fraction * self.weight;
        let count = self.counts[source] + self.weight;
        (self.sums[source], self.counts[source]) = (sum, count);
        self.indices[source] = (self.of)(sum / count, count);
    }
}

/// UCB with ln t: means and 1/√n are kept, all indices recomputed.
pub(super) struct Anytime {
    xi: f64,
    weight: f64,
    round: u64,
    sums: Vec<f64>,
    counts: Vec<f64>,
    means: Vec<f64>,
    widths: Vec<f64>,
}

impl Anytime {
    pub(super) fn new(k: usize, weight: f64, xi: f64) -> Self {
        let (sums, counts) = (vec![0.0; k], vec![0.0; k]);
        Self { xi, weight, round: 0, sums, counts, means: vec![f64::INFINITY; k], widths: vec![0.0; k] }
    }
}

impl Policy for Anytime {
    #[inline]
    fn select(&mut self, _own: &mut Normals) -> usize {
        let scale = if self.round == 0 { 0.0 } else { (self.xi * libm::log(self.round as f64)).sqrt() };
        first_largest(self.means.iter().zip(&self.widths).map(|(mean, width)| mean + scale * width))
    }

    #[inline]
    fn observe(&mut self, source: usize, fraction: f64) {
        let sum = self.sums[source] + fraction * self.weight;
        let count = self.counts[source] + self.weight;
        (self.sums[source], self.counts[source]) = (sum, count);
        (self.means[source], self.widths[source]) = (sum / count, 1.0 / count.sqrt());
        self.round += 1;
    }
}

/// KL-UCB with ln t. All indices rise with t, but only those that may be the largest are solved for: the index of a source
/// is below q exactly if n·kl(mean, q) > ln t, which takes no iteration.
pub(super) struct AnytimeKl {
    weight: f64,
    round: u64,
    sums: Vec<f64>,
    counts: Vec<f64>,
    means: Vec<f64>,
    /// Entropies of the means.
    entropies: Vec<f64>,
    last: usize,
}

impl AnytimeKl {
    pub(super) fn new(k: usize, weight: f64) -> Self {
        let zeros = || vec![0.0; k];
        Self { weight, round: 0, sums: zeros(), counts: zeros(), means: zeros(), entropies: zeros(), last: 0 }
    }
}

impl Policy for AnytimeKl {
    fn select(&mut self, _own: &mut Normals) -> usize {
        if let Some(untried) = self.counts.iter().position(|&count| count == 0.0) {
            return untried;
        }
        let log = libm::log(self.round.max(1) as f64);
        let (mut best, mut q) = (self.last, kl_upper(self.means[self.last], log / self.counts[self.last]));
        let (mut log_q, mut log_rest) = (libm::log(q), libm::log(1.0 - q));
        for i in 0..self.means.len() {
            let (p, c) = (self.means[i], log / self.counts[i]);
            // Rounding of 1 − q, of the sum, and of the solution, with room to spare.
            let slack = 4.0 * f64::EPSILON / (1.0 - q) + 1e-13 + 1e-9 * c;
            if i == best || (p < q && q < 1.0 && -self.entropies[i] - p * log_q - (1.0 - p) * log_rest > c + slack) {
                continue;
            }
            let index = kl_upper(p, c);
            if index > q + TIE || (index >= q - TIE && i < best) {
                (best, q) = (i, index);
                (log_q, log_rest) = (libm::log(q), libm::log(1.0 - q));
            }
        }
        self.last = best;
        best
    }

    fn observe(&mut self, source: usize, fraction: f64) {
        self.sums[source] += fraction * self.weight;
        self.counts[source] += self.weight;
        self.means[source] = self.sums[source] / self.counts[source];
        self.entropies[source] = entropy(self.means[source]);
        self.round += 1;
    }
}

/// −p ln p − (1 − p) ln(1 − p); 0 at 0, at 1, and above, where rounding may leave a mean.
fn entropy(p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 { 0.0 } else { -(p * libm::log(p) + (1.0 - p) * libm::log1p(-p)) }
}

/// The largest q in [p, 1] with kl(p, q) ≤ c, for p in [0, 1] and c ≥ 0.
///
/// In v = −ln(1 − q) the divergence g(v) = −H(p) − p ln q + (1 − p) v is convex and, right of p, increasing. Newton's method from a
/// point right of the root therefore descends to it. Two such points: g(v) ≥ −H + (1 − p) v, and q ≤ p + √(c/2) (Pinsker).
pub(super) fn kl_upper(p: f64, c: f64) -> f64 {
    if p >= 1.0 || c <= 0.0 {
        return p;
    }
    let entropy = entropy(p);
    let mut v = (c + entropy) / (1.0 - p);
    if p <= 0.0 {
        return -libm::expm1(-v);
    }
    let pinsker = p + (c / 2.0).sqrt();
    if pinsker < 1.0 {
        v = v.min(-libm::log1p(-pinsker));
    }
    let least = -libm::log1p(-p);
    for _ in 0..50 {
        let q = -libm::expm1(-v);
        let excess = -entropy - p * libm::log(q) + (1.0 - p) * v - c;
        let slope = (1.0 - p) - p * (1.0 - q) / q;
        if slope <= 0.0 {
            break; // at q = p, to rounding
        }
        let step = excess / slope;
        v = (v - step).max(least);
        if step <= 1e-12 * v {
            break;
        }
    }
    (-libm::expm1(-v)).clamp(p, 1.0)
}

/// Beta–binomial Thompson sampling.
pub(super) struct Thompson {
    points: f64,
    inside: Vec<f64>,
    outside: Vec<f64>,
}

impl Thompson {
    pub(super) fn new(k: usize, points: f64) -> Self {
        Self { points, inside: vec![1.0; k], outside: vec![1.0; k] }
    }
}

impl Policy for Thompson {
    fn select(&mut self, own: &mut Normals) -> usize {
        first_largest(self.inside.iter().zip(&self.outside).map(|(&a, &b)| beta(a, b, own)))
    }

    fn observe(&mut self, source: usize, fraction: f64) {
        self.inside[source] += fraction * self.points;
        self.outside[source] += (1.0 - fraction) * self.points;
    }
}

pub(super) struct EpsilonGreedy {
    epsilon: f64,
    greedy: Indexed<fn(f64, f64) -> f64>,
}

impl EpsilonGreedy {
    pub(super) fn new(k: usize, epsilon: f64) -> Self {
        Self { epsilon, greedy: Indexed::new(k, 1.0, |mean, _| mean) }
    }
}

impl Policy for EpsilonGreedy {
    fn select(&mut self, own: &mut Normals) -> usize {
        let greedy = first_largest(self.greedy.indices.iter().copied());
        // Until every source has been pulled there is nothing to be greedy about, nor to explore.
        if self.greedy.indices[greedy] < f64::INFINITY && unit(own.word()) < self.epsilon {
            return below(self.greedy.indices.len(), own.word());
        }
        greedy
    }

    fn observe(&mut self, source: usize, fraction: f64) {
        self.greedy.observe(source, fraction);
    }
}

pub(super) struct RoundRobin {
    sources: usize,
    next: usize,
}

impl RoundRobin {
    pub(super) fn new(sources: usize) -> Self {
        Self { sources, next: 0 }
    }
}

impl Policy for RoundRobin {
    fn select(&mut self, _own: &mut Normals) -> usize {
        self.next
    }

    fn observe(&mut self, source: usize, _fraction: f64) {
        self.next = (source + 1) % self.sources;
    }
}

pub(super) struct Uniform {
    pub(super) sources: usize,
}

impl Policy for Uniform {
    fn select(&mut self, own: &mut Normals) -> usize {
        below(self.sources, own.word())
    }

    fn observe(&mut self, _source: usize, _fraction: f64) {}
}

pub(super) struct Oracle {
    pub(super) best: usize,
}

impl Policy for Oracle {
    fn enter(&mut self, densities: &[f64]) {
        // Densities are given, not computed: no rounding is to be forgiven.
        self.best = first_largest_within(0.0, densities.iter().copied());
    }

    fn select(&mut self, _own: &mut Normals) -> usize {
        self.best
    }

    fn observe(&mut self, _source: usize, _fraction: f64) {}
}

/// Sums over the last W rounds: the newest comes in, the oldest goes out.
pub(super) struct SlidingWindow {
    xi: f64,
    window: usize,
    /// The last W rounds, a ring.
    ring: Vec<(usize, f64)>,
    round: usize,
    sums: Vec<f64>,
    counts: Vec<f64>,
}

impl SlidingWindow {
    pub(super) fn new(k: usize, window: usize, xi: f64) -> Self {
        Self { xi, window, ring: Vec::new(), round: 0, sums: vec![0.0; k], counts: vec![0.0; k] }
    }
}

impl Policy for SlidingWindow {
    fn select(&mut self, _own: &mut Normals) -> usize {
        let scale = self.xi * libm::log(self.round.clamp(1, self.window) as f64);
        most_promising(&self.sums, &self.counts, |mean, n| mean + (scale / n).sqrt())
    }

    fn observe(&mut self, source: usize, fraction: f64) {
        let place = self.round % self.window;
        if self.ring.len() < self.window {
            self.ring.push((source, fraction));
        } else {
            let (oldest, leaving) = std::mem::replace(&mut self.ring[place], (source, fraction));
            self.counts[oldest] -= 1.0;
            self.sums[oldest] = if self.counts[oldest] > 0.0 { (self.sums[oldest] - leaving).max(0.0) } else { 0.0 };
        }
        self.sums[source] += fraction;
        self.counts[source] += 1.0;
        self.round += 1;
    }
}

pub(super) struct Discounted {
    discount: f64,
    xi: f64,
    sums: Vec<f64>,
    counts: Vec<f64>,
}

impl Discounted {
    pub(super) fn new(k: usize, discount: f64, xi: f64) -> Self {
        Self { discount, xi, sums: vec![0.0; k], counts: vec![0.0; k] }
    }
}

impl Policy for Discounted {
    fn select(&mut self, _own: &mut Normals) -> usize {
        let total: f64 = self.counts.iter().sum();
        let scale = self.xi * libm::log(total.max(1.0));
        most_promising(&self.sums, &self.counts, |mean, n| mean + 2.0 * (scale / n).sqrt())
    }

    fn observe(&mut self, source: usize, fraction: f64) {
        for (sum, count) in self.sums.iter_mut().zip(&mut self.counts) {
            *sum *= self.discount;
            *count *= self.discount;
        }
        self.sums[source] += fraction;
        self.counts[source] += 1.0;
    }
}

/// The first source with the largest `index(mean, count)`; infinite without observations.
#[inline]
fn most_promising(sums: &[f64], counts: &[f64], index: impl Fn(f64, f64) -> f64) -> usize {
    let index_of = |(&sum, &count)| if count > 0.0 { index(sum / count, count) } else { f64::INFINITY };
    first_largest(sums.iter().zip(counts).map(index_of))
}
