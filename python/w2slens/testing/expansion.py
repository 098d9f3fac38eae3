"""Finite weak-to-strong instances, pools and couplings to draw, and twins in exact fractions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = [
    "Instance",
    "Outcome",
    "Pool",
    "couplings",
    "coupled_mass_twin",
    "expansion_twin",
    "kernel_instance",
    "outcomes_twin",
    "pools",
    "weak_to_strong_instances",
]

Graph = list[list[int]]
"""Rows of 0 and 1."""


class Pool(NamedTuple):
    """Hard-only and overlap points with integer weights, and who neighbours whom."""

    graph: Graph
    hard: list[int]
    overlap: list[int]


@dataclass(frozen=True)
class Instance:
    """One class (label 0) of a finite weak-to-strong problem; the teacher says 0 on good points and 1 on bad ones."""

    weights: dict[str, list[int]]
    """Of the points "hard", "good" and "bad"."""
    student: dict[str, list[int]]
    """Labels 0, 1, 2."""
    graphs: dict[tuple[str, str], Graph]
    """Of ("hard", "good"), ("hard", "bad") and ("good", "bad")."""
    q: Fraction

    def share(self, side: str, points: Sequence[int]) -> Fraction:
        """Return the probability of some points, given their side."""
        return Fraction(sum(self.weights[side][k] for k in points), sum(self.weights[side]))


class Outcome(NamedTuple):
    """A statement on an instance: ``bound >= error`` must hold where all ``conditions`` are met.

    Conditions are pairs (slack, strict): met if slack > 0, or, unless strict, = 0.
    """

    bound: Fraction | None
    error: Fraction
    conditions: list[tuple[Fraction, bool]]

    @property
    def applies(self) -> bool:
        """Whether all conditions are met."""
        return all(slack > 0 or (slack == 0 and not strict) for slack, strict in self.conditions)


def _subsets(n: int) -> Iterator[tuple[int, ...]]:
    return itertools.chain.from_iterable(itertools.combinations(range(n), size) for size in range(1, n + 1))


def _reached(graph: Graph, points: Sequence[int]) -> list[int]:
    return sorted({j for i in points for j, edge in enumerate(graph[i]) if edge})


def expansion_twin(pool: Pool, q: Fraction | float = 0) -> Fraction:
    """Return c(q) by trying every set.

    Examples
    --------
    >>> expansion_twin(Pool([[1, 0, 0], [1, 1, 1]], [1, 1], [1, 1, 1]))
    Fraction(2, 3)
    """
    graph, hard, overlap = pool
    ratios = []
    for points in _subsets(len(hard)):
        share = Fraction(sum(hard[i] for i in points), sum(hard))
        if share > Fraction(q):
            ratios.append(Fraction(sum(overlap[j] for j in _reached(graph, points)), sum(overlap)) / share)
    return min(ratios)


def coupled_mass_twin(pool: Pool, kappa: Fraction) -> Fraction:
    """Return the largest mass that can be coupled at overload κ, by trying every cut.

    Examples
    --------
    >>> coupled_mass_twin(Pool([[1, 0, 0], [1, 1, 1]], [1, 1], [1, 1, 1]), Fraction(1))
    Fraction(5, 6)
    """
    graph, hard, overlap = pool
    least = Fraction(1)
    for points in _subsets(len(hard)):
        share = Fraction(sum(hard[i] for i in points), sum(hard))
        cover = Fraction(sum(overlap[j] for j in _reached(graph, points)), sum(overlap))
        least = min(least, 1 - share + kappa * cover)
    return least


def kernel_instance(key: bytes, item: int) -> Instance:
    """Return instance number ``item`` of the family of a 32-byte key, as `check_instances` checks it."""
    from .. import _kernels

    drawn = _kernels.weak_to_strong_instance(key, item)
    sides = {"hard": drawn.hard, "good": drawn.good, "bad": drawn.bad}
    weights = {name: side.weights for name, side in sides.items()}
    student = {name: side.student for name, side in sides.items()}
    masks = {
        ("hard", "good"): drawn.hard_good,
        ("hard", "bad"): drawn.hard_bad,
        ("good", "bad"): drawn.good_bad,
    }
    graphs = {
        (a, b): [[mask >> k & 1 for k in range(len(weights[b]))] for mask in rows] for (a, b), rows in masks.items()
    }
    return Instance(weights, student, graphs, Fraction(drawn.sixteenths, 16))


def outcomes_twin(instance: Instance) -> dict[str, Outcome]:
    """Return what the statements 1b, 4.1, B.1, 4.2, B.2 and B.3 say of an instance, from their definitions."""
    weights, f, q = instance.weights, instance.student, instance.q
    teacher = {"good": 0, "bad": 1}

    def constant(a: str, b: str) -> Fraction:
        return expansion_twin(Pool(instance.graphs[a, b], weights[a], weights[b]), q)

    def share(side: str, which: Callable[[int], bool]) -> Fraction:
        return instance.share(side, [k for k in range(len(weights[side])) if which(k)])

    def neighbours(a: str, k: int) -> list[tuple[str, int]]:
        forward = [(t, j) for (s, t), g in instance.graphs.items() if s == a for j, edge in enumerate(g[k]) if edge]
        backward = [(s, i) for (s, t), g in instance.graphs.items() if t == a for i in range(len(g)) if g[i][k]]
        return forward + backward

    def fragile(a: str, k: int, against: tuple[str, ...]) -> bool:
        return any(f[b][j] != f[a][k] for b, j in neighbours(a, k) if b in against)

    total = sum(weights["good"]) + sum(weights["bad"])
    alpha = Fraction(sum(weights["bad"]), total)

    def covered(which: Callable[[str, int], bool]) -> Fraction:
        return (1 - alpha) * share("good", lambda k: which("good", k)) + alpha * share("bad", lambda k: which("bad", k))

    other = {"good": ("bad",), "bad": ("good",)}
    e = covered(lambda s, k: f[s][k] != teacher[s])
    error = covered(lambda s, k: f[s][k] != 0)
    r = covered(lambda s, k: fragile(s, k, other[s]))
    unsure = covered(lambda s, k: f[s][k] != teacher[s] or fragile(s, k, other[s]))
    hard_error = share("hard", lambda k: f["hard"][k] != 0)
    r_good = share("hard", lambda k: fragile("hard", k, ("good",)))
    r_both = share("hard", lambda k: fragile("hard", k, ("good", "bad")))
    c, c1, c2 = constant("good", "bad"), constant("hard", "good"), constant("hard", "bad")
    e_good = share("good", lambda k: f["good"][k] != 0)
    found: dict[str, Outcome] = {}

    def add(name: str, bound: Callable[[], Fraction], error: Fraction, *conditions: tuple[Fraction, bool]) -> None:
        outcome = Outcome(None, error, list(conditions))
        found[name] = outcome._replace(bound=bound()) if outcome.applies else outcome

    half = 1 - 2 * alpha
    add("1b", lambda: r_good + max(q, e_good / c1), hard_error, (c1, True))
    limit = (1 - alpha + 3 * c * alpha) / 4
    three_quarters = (Fraction(3, 4) * half - q, False)
    add(
        "4.1",
        lambda: 2 * alpha / half * r + e + alpha * (1 - Fraction(3, 2) * c),
        error,
        (c, True),
        (half, True),
        three_quarters,
        (limit - unsure, False),
    )
    scaled = c / (1 - alpha + c * alpha)
    add(
        "B.1",
        lambda: (e - alpha * (2 * scaled - 1) + 2 * scaled * alpha * r) / (1 - 2 * scaled * alpha),
        error,
        (c, True),
        (1 - 2 * scaled * alpha, True),
        (1 - q - alpha - unsure, False),
    )

    def uncovered(ratio: Fraction, margin: Fraction, bad: Fraction) -> Fraction:
        return (1 + alpha / (ratio - 2 * alpha)) * r_both + max(q, (e - bad * alpha) / margin)

    for name, good, bad in (("4.2", min(c1, c2), min(c1, c2)), ("B.2", c1, c2)):
        least = min(good, bad)
        ratio = least / max(good, bad) if least else Fraction(0)
        margin = good - (good + bad) * alpha
        add(
            name,
            partial(uncovered, ratio, margin, bad),
            hard_error,
            (least, True),
            (ratio - 2 * alpha, True),
            (good * (1 - q - alpha) - e - r_both, True),
        )
    add("B.3", lambda: r_good + max(q, e / (c1 * (1 - alpha))), hard_error, (c1, True))
    return found


def _weights(n: int, most: int) -> SearchStrategy[list[int]]:
    from hypothesis import strategies as st

    return st.lists(st.integers(0, most), min_size=n, max_size=n).map(lambda w: [w[0] + 1, *w[1:]])


def _graphs(n: int, m: int) -> SearchStrategy[Graph]:
    from hypothesis import strategies as st

    return st.lists(st.lists(st.integers(0, 1), min_size=m, max_size=m), min_size=n, max_size=n)


def pools(*, max_hard: int = 6, max_overlap: int = 6) -> SearchStrategy[Pool]:
    """Return a strategy for pools: any graph, weights with zeros and far scales, never zero in all."""
    from hypothesis import strategies as st

    sizes = st.tuples(st.integers(1, max_hard), st.integers(1, max_overlap))
    most = st.sampled_from((1, 8, 2**30))
    return st.tuples(sizes, most, most).flatmap(
        lambda d: st.builds(Pool, _graphs(*d[0]), _weights(d[0][0], d[1]), _weights(d[0][1], d[2]))
    )


def couplings(*, max_size: int = 4) -> SearchStrategy[list[list[Fraction]]]:
    """Return a strategy for couplings: matrices of fractions that add up to 1."""
    from hypothesis import strategies as st

    sizes = st.tuples(st.integers(1, max_size), st.integers(1, max_size))
    masses = sizes.flatmap(
        lambda d: st.lists(st.lists(st.integers(0, 9), min_size=d[1], max_size=d[1]), min_size=d[0], max_size=d[0])
    )

    def scaled(rows: list[list[int]]) -> list[list[Fraction]]:
        total = sum(map(sum, rows))
        return [[Fraction(mass, total) for mass in row] for row in rows]

    return masses.filter(lambda rows: sum(map(sum, rows)) > 0).map(scaled)


def weak_to_strong_instances() -> SearchStrategy[Instance]:
    """Return a strategy for finite weak-to-strong instances: free ones, and some whose points pair off and agree."""
    from hypothesis import strategies as st

    names = ("hard", "good", "bad")

    @st.composite
    def free(draw: DrawFn) -> Instance:
        n = {name: draw(st.integers(1, 4)) for name in names}
        labels = st.sampled_from((0, 0, 0, 1, 2))
        weights = {name: draw(_weights(n[name], 20 if name == "good" else 6)) for name in names}
        student = {name: draw(st.lists(labels, min_size=n[name], max_size=n[name])) for name in names}
        graphs = {(a, b): draw(_graphs(n[a], n[b])) for a, b in itertools.combinations(names, 2)}
        return Instance(weights, student, graphs, Fraction(draw(st.integers(0, 8)), 16))

    def matched(labels: list[int], weight: int, q: int) -> Instance:
        n = len(labels)
        matching = [[int(i == j) for j in range(n)] for i in range(n)]
        weights = {"hard": [1] * n, "good": [weight] * n, "bad": [1] * n}
        graphs = dict.fromkeys(itertools.combinations(names, 2), matching)
        return Instance(weights, dict.fromkeys(names, labels), graphs, Fraction(q, 16))

    labels = st.lists(st.sampled_from((0, 0, 0, 1)), min_size=1, max_size=4)
    return free() | st.builds(matched, labels, st.integers(1, 5), st.integers(0, 8))
