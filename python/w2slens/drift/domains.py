"""A Gaussian mixture whose mean moves from one domain to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from .._arrays import Floats, as_float_vector, as_floats
from .._checks import as_integer, as_real
from .._random import RandomSource, generator

__all__ = ["Domain", "DomainSequence", "as_domains"]


class Domain(NamedTuple):
    """Points X, (n, d), and their labels y, (n,)."""

    X: Floats
    y: npt.NDArray[np.int64]


@dataclass(frozen=True)
class DomainSequence:
    """Domains t = 1 … T of points x = yθ_t + σz: y is uniform on −1 and +1, and z is standard normal.

    Parameters
    ----------
    means : (T, d)
        θ_1 … θ_T.
    sigma : float > 0
        Standard deviation of the noise.

    Raises
    ------
    ValueError, TypeError
        If an entry is not finite or a parameter is outside its range; the message has its place.

    Examples
    --------
    >>> moving = DomainSequence.turning([2.5, 0.0, 0.0], degrees=6, length=20, sigma=1.0)
    >>> moving.means[15].round(2).tolist()
    [0.0, 2.5, 0.0]
    >>> [domain.X.shape for domain in moving[:3].sample(50, rng=0)]
    [(50, 3), (50, 3), (50, 3)]
    """

    means: npt.ArrayLike
    sigma: float

    def __post_init__(self) -> None:
        means = as_floats(self.means, "means").copy()
        if means.ndim != 2 or 0 in means.shape:
            raise ValueError(f"means has shape {means.shape}, expected (T, d) with at least one domain and dimension")
        means.flags.writeable = False
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "sigma", as_real(self.sigma, "sigma", positive=True))

    @classmethod
    def turning(
        cls,
        theta: npt.ArrayLike,
        *,
        degrees: float,
        length: int,
        sigma: float,
        acceleration: float = 0.0,
        plane: tuple[int, int] = (0, 1),
    ) -> DomainSequence:
        """Return domains whose mean starts at ``theta`` and is rotated at every step.

        Parameters
        ----------
        theta : (d,) with d ≥ 2
            Mean of the first domain.
        degrees : float
            Angle of the first step.
        length : int ≥ 1
            Number of domains.
        sigma : float > 0
        acceleration : float
            Degrees by which every step exceeds the one before.
        plane : two different axes in [0, d)
            The plane of rotation; positive angles turn the first axis towards the second.
        """
        start = as_float_vector(theta, "theta")
        first, second = (as_integer(axis, "plane", most=len(start) - 1) for axis in plane)
        if first == second:
            raise ValueError(f"plane is {plane}, but must name two different axes")
        count = np.arange(as_integer(length, "length", least=1))
        speed, growth = as_real(degrees, "degrees"), as_real(acceleration, "acceleration")
        angle = np.deg2rad(count * speed + count * (count - 1) / 2 * growth)
        means = np.tile(start, (len(count), 1))
        means[:, first] = np.cos(angle) * start[first] - np.sin(angle) * start[second]
        means[:, second] = np.sin(angle) * start[first] + np.cos(angle) * start[second]
        return cls(means, sigma)

    @property
    def d(self) -> int:
        """Number of dimensions."""
        return int(np.shape(self.means)[1])

    def __len__(self) -> int:
        return int(np.shape(self.means)[0])

    def __getitem__(self, which: slice) -> DomainSequence:
        """Return the chosen domains."""
        if not isinstance(which, slice):
            raise TypeError(f"domains are chosen by a slice, not {type(which).__name__}")
        return DomainSequence(np.asarray(self.means)[which], self.sigma)

    @property
    def best(self) -> Floats:
        """Bayes accuracy Φ(‖θ_t‖/σ) in each domain, (T,)."""
        return np.asarray(ndtr(np.linalg.norm(np.asarray(self.means), axis=1) / self.sigma))

    def accuracy(self, coef: npt.ArrayLike) -> Floats:
        """Return the accuracy of x ↦ sign(coef·x) in each domain, (T,), in closed form; ½ for ``coef`` 0.

        Examples
        --------
        >>> DomainSequence([[1.0, 0.0], [0.0, 1.0]], sigma=1.0).accuracy([1.0, 0.0]).round(3).tolist()
        [0.841, 0.5]
        """
        w = as_float_vector(coef, "coef")
        if len(w) != self.d:
            raise ValueError(f"coef has {len(w)} entries, but the domains have {self.d} dimensions")
        length = float(np.linalg.norm(w))
        along = np.asarray(self.means) @ w
        return np.asarray(ndtr(along / (self.sigma * length))) if length else np.full(len(self), 0.5)

    def sample(self, counts: int | Sequence[int], rng: RandomSource = None) -> list[Domain]:
        """Draw points from every domain.

        Parameters
        ----------
        counts : int ≥ 0, or a sequence of T
            Points in each domain.
        rng : seed, SeedSequence, Generator or None

        Returns
        -------
        list of T `Domain`
        """
        random = generator(rng)
        drawn = []
        for n, theta in zip(as_domain_counts(counts, len(self), least=0), np.asarray(self.means), strict=True):
            y = random.choice(np.array([-1, 1]), n)
            drawn.append(Domain(y[:, None] * theta + self.sigma * random.standard_normal((n, self.d)), y))
        return drawn


def as_domain_counts(counts: int | Sequence[int], length: int, *, least: int = 1) -> list[int]:
    """Return the number of points in each of ``length`` domains."""
    if isinstance(counts, (int, np.integer)):
        return [as_integer(counts, "counts", least=least)] * length
    numbers = [as_integer(n, f"counts[{t}]", least=least) for t, n in enumerate(counts)]
    if len(numbers) != length:
        raise ValueError(f"counts has {len(numbers)} entries, but there are {length} domains")
    return numbers


def as_domains(domains: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]], *, least: int = 2) -> list[Domain]:
    """Return checked domains: enough of them, finite points, as many labels, the same dimensions everywhere."""
    checked: list[Domain] = []
    for t, domain in enumerate(domains):
        if not isinstance(domain, tuple | list) or len(domain) != 2:
            raise TypeError(f"domains[{t}] must be a pair (X, y), not {type(domain).__name__}")
        X, y = as_floats(domain[0], f"domains[{t}].X"), np.asarray(domain[1])
        if X.ndim != 2 or 0 in X.shape:
            raise ValueError(f"domains[{t}].X has shape {X.shape}, expected (n, d) with at least one point")
        if y.shape != X.shape[:1]:
            raise ValueError(f"domains[{t}].y has shape {y.shape}, but there are {len(X)} points")
        if checked and X.shape[1] != checked[0].X.shape[1]:
            d = checked[0].X.shape[1]
            raise ValueError(f"domains[{t}].X has {X.shape[1]} columns, but domains[0].X has {d}")
        checked.append(Domain(X, y))
    if len(checked) < least:
        raise ValueError(f"domains has {len(checked)} entries, but a transition needs at least {least}")
    return checked
