"""The strategies of `w2slens.testing` reach the cases that decide: searched for, one by one."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import find, settings

import w2slens as wl
from w2slens.testing.bandit import bandit_problems
from w2slens.testing.delta import geometries, pairs
from w2slens.testing.drift import domain_sequences, labelled_domains, rotations
from w2slens.testing.expansion import Pool, couplings, expansion_twin, weak_to_strong_instances
from w2slens.testing.learning import classification_problems
from w2slens.testing.scoring import change_point_twin, score_vectors, split_gains

QUIET = settings(max_examples=5000, database=None)


def constant(values):
    return min(values) == max(values)


def levels(values):
    return len(set(values))


def tied_best(values):
    gains = split_gains(values)
    return not constant(values) and sum(gain == max(gains) for gain in gains) > 1


def plateau_ends(values):
    """The best split lies beside a run of equal scores, which it must not part."""
    best = change_point_twin(values)
    ordered = sorted(values)
    return best is not None and ordered[best[0] - 2 : best[0]].count(ordered[best[0] - 1]) == 2


@pytest.mark.parametrize(
    "reached",
    [
        constant,
        lambda v: levels(v) < len(v) and not constant(v),
        lambda v: levels(v) == len(v) > 5,
        tied_best,
        plateau_ends,
        lambda v: min(v) > 1e8 and not constant(v),
        lambda v: len(v) == 2,
        lambda v: len(v) >= 7 and change_point_twin(v, compat="ruptures") != change_point_twin(v),
    ],
)
def test_score_vectors_reach(reached):
    find(score_vectors(), reached, settings=QUIET)


@pytest.mark.parametrize(
    "reached",
    [
        lambda p: p.n_sources == 1,
        lambda p: p.n_sources > 1 and len(set(p.densities[0])) == 1,
        lambda p: len(set(p.densities[0])) == p.n_sources > 2,
        lambda p: 0.0 in p.densities[0] and 1.0 in p.densities[0],
        lambda p: len(p.starts) > 1 and p.starts[1] < p.horizon,
        lambda p: p.starts[-1] > p.horizon,
        lambda p: p.observed != p.densities,
        lambda p: np.argmax(p.observed[0]) != np.argmax(p.densities[0]),
        lambda p: p.horizon == p.n_sources > 1,
        lambda p: p.batch == 1,
    ],
)
def test_bandit_problems_reach(reached):
    find(bandit_problems(), reached, settings=QUIET)


def marginals(coupling):
    return [sum(row) for row in coupling], [sum(row[j] for row in coupling) for j in range(len(coupling[0]))]


def independent(coupling):
    rows, columns = marginals(coupling)
    return coupling == [[p * q for q in columns] for p in rows]


@pytest.mark.parametrize(
    "reached",
    [
        lambda c: len(c) == len(c[0]) == 1,
        lambda c: len(c) > 1 and all((x > 0) == (i == j) for i, row in enumerate(c) for j, x in enumerate(row)),
        lambda c: len(c[0]) > 1 and 0 in marginals(c)[1],
        lambda c: len(c) > 1 < len(c[0]) and independent(c),
    ],
)
def test_couplings_reach(reached):
    find(couplings(), reached, settings=QUIET)


@pytest.mark.parametrize(
    "reached",
    [
        lambda i: len({label for side in i.student.values() for label in side}) == 1 and len(i.student["hard"]) > 1,
        lambda i: len({label for side in i.student.values() for label in side}) == 3,
        lambda i: expansion_twin(Pool(i.graphs["hard", "good"], i.weights["hard"], i.weights["good"])) == 0,
        lambda i: i.q > Fraction(1, 4),
        lambda i: i.q == 0,
        lambda i: 0 in i.weights["good"],
    ],
)
def test_instances_reach(reached):
    find(weak_to_strong_instances(), reached, settings=QUIET)


def separated(problem):
    X, y = problem
    return X[y > 0, 0].min() > X[y < 0, 0].max()


@pytest.mark.parametrize(
    "reached",
    [
        separated,
        lambda p: len(p[1]) == 2,
        lambda p: len(p[1]) < p[0].shape[1],
        lambda p: not p[0].any(),
        lambda p: len(p[1]) > 2 and np.sum(p[1] > 0) == 1,
    ],
)
def test_classification_problems_reach(reached):
    find(classification_problems(), reached, settings=QUIET)


def test_pseudo_labels_of_a_single_class_can_be_asked_for():
    X, y = find(classification_problems(single_class=True), lambda p: len(p[1]) > 3, settings=QUIET)
    assert len(set(y.tolist())) == 1
    fitted = wl.learning.fit_logistic(X, y, fit_intercept=False)
    assert np.isfinite(fitted.coef).all()


@pytest.mark.parametrize(
    "reached",
    [
        lambda p: p.disagreement == 0,
        lambda p: p.disagreement == 1,
        lambda p: p.gap == 0 < p.disagreement,
        lambda p: p.gap < 0 < p.p_plus,
        lambda p: p.p_minus == 0 < p.p_plus,
    ],
)
def test_pairs_reach(reached):
    find(pairs(), reached, settings=QUIET)


def cosine(geometry):
    first, second = geometry.chosen, geometry.rejected
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


@pytest.mark.parametrize(
    "reached",
    [
        lambda g: cosine(g) > 1 - 1e-12,
        lambda g: cosine(g) < -1 + 1e-12,
        lambda g: cosine(g) == 0,
        lambda g: g.chosen @ g.theta[: g.chosen.size] == 0,
        lambda g: g.chosen @ g.theta[: g.chosen.size] < 0 and g.rejected @ g.theta[: g.chosen.size] < 0,
        lambda g: g.student @ g.theta < 0,
        lambda g: not g.theta[: g.chosen.size].any(),
    ],
)
def test_geometries_reach(reached):
    find(geometries(), reached, settings=QUIET)


def steps(sequence):
    return np.linalg.norm(np.diff(np.asarray(sequence.means), axis=0), axis=1)


@pytest.mark.parametrize(
    "reached",
    [
        lambda s: len(s) > 3 and np.all(steps(s) == 0) and np.any(s.means),
        lambda s: len(s) > 3 and np.ptp(steps(s)) < 1e-9 < 0.1 < steps(s).min(),
        lambda s: len(s) > 3 and np.all(np.diff(steps(s)) > 1e-3),
        lambda s: len(s) > s.d,
        lambda s: np.any(np.all(np.asarray(s.means) == 0, axis=1)),
    ],
)
def test_domain_sequences_reach(reached):
    find(domain_sequences(), reached, settings=QUIET)


@pytest.mark.parametrize(
    "reached",
    [
        lambda domains: any(len(set(y.tolist())) == 1 for _, y in domains),
        lambda domains: len({len(y) for _, y in domains}) > 1,
        lambda domains: len(domains) > domains[0].X.shape[1],
        lambda domains: any(len(np.unique(X, axis=0)) < len(X) for X, _ in domains),
    ],
)
def test_labelled_domains_reach(reached):
    find(labelled_domains(), reached, settings=QUIET)


@pytest.mark.parametrize(
    "reached",
    [lambda M: np.array_equal(M, np.eye(3)), lambda M: np.trace(M) < -0.9, lambda M: np.all(np.abs(M) > 0.05)],
)
def test_rotations_reach(reached):
    find(rotations(3), reached, settings=QUIET)
