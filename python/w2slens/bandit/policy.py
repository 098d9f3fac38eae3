"""What all policies share: what they say of themselves, the order of ties, checks, and a state that saves to JSON."""

from __future__ import annotations

import inspect
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from .._arrays import Floats
from .._checks import as_integer, as_real, as_share
from .._equal import INDEX_TIE
from .._files import replace_file
from .._random import RandomSource, generator
from .._saved import generator_of, generator_state, parsed, reading, same, sealed
from ..errors import UndefinedError

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Look", "Policy", "PolicyRecord", "Variant", "load_policy"]


_FORMAT = "w2slens policy"
_VERSION = 1


class Look(NamedTuple):
    """How figures show a policy: the same everywhere."""

    colour: str
    marker: str
    line: str = "-"


class Variant(NamedTuple):
    """A way to use a policy, as tables, legends and figures have it.

    Attributes
    ----------
    label : str
        Its name in figures and tables; no two are the same.
    call : str
        How it is made, for K sources and T rounds.
    chooses : str
        What it chooses the source with the largest of, in Markdown.
    look : Look
    source : str
        Who published it.
    parameters : callable
        From the number of rounds to the keyword arguments of the policy.
    """

    label: str
    call: str
    chooses: str
    look: Look
    source: str = ""
    parameters: Callable[[int], dict[str, Any]] = lambda horizon: {}


class PolicyRecord(NamedTuple):
    """A policy as the kernel takes it: its name there, and the parameters that are set."""

    name: str
    parameters: dict[str, float | str]


class Policy(ABC):
    """Chooses among sources and learns from what they yield; the base of all policies.

    Parameters
    ----------
    n_sources : int >= 1
    rng : seed, SeedSequence or Generator
        Draws the order in which ties between sources are broken, and whatever else the policy draws.

    Notes
    -----
    Ties (values within 1e-12) go to the first source in an order drawn once, so that no source is preferred for its
    number. A source that has run dry is taken out with `close`.

    A policy of the package is a file of `w2slens.bandit.policies`, where its class also says what the kernel calls it
    and how tables, figures and tests have it; everything else finds it there.

    Examples
    --------
    Any of them, in a loop of one's own:

    >>> from w2slens.bandit import RoundRobin
    >>> policy: Policy = RoundRobin(2, rng=0)
    >>> for _ in range(4):
    ...     policy.observe(policy.select(), fraction=0.5)
    >>> policy.rounds
    4
    """

    #: What the kernel calls it: the name of its file, here and there.
    kernel: ClassVar[str]
    #: The ways to use it, at least one.
    variants: ClassVar[tuple[Variant, ...]]

    #: Every kind of policy by the name that saved states have.
    _registry: ClassVar[dict[str, type[Policy]]] = {}
    #: Names of the (K,) arrays of numbers ≥ 0 that are the state, beside what this class holds.
    _state: ClassVar[tuple[str, ...]] = ()

    def __init__(self, n_sources: int, *, rng: RandomSource = None) -> None:
        self.n_sources = as_integer(n_sources, "n_sources", least=1, most=2**31)
        self.rounds = 0
        self._rng: Any = generator(rng)
        self._order = self._rng.permutation(self.n_sources)
        self._open = np.ones(self.n_sources, bool)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._registry[cls.__name__] = cls

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {}

    def record(self) -> PolicyRecord:
        """Return the policy as the kernel plays it, from a fresh state."""
        return PolicyRecord(self.kernel, {name: value for name, value in self.parameters.items() if value is not None})

    @classmethod
    def on(cls, densities: Sequence[Sequence[float]], starts: Sequence[int] = (0,), **options: Any) -> Self:
        """Return a policy for sources of these (S, K) densities, of which only an oracle takes notice."""
        return cls(len(densities[0]), **options)

    @classmethod
    def strategies(cls, n_sources: int) -> dict[str, SearchStrategy[Any]]:
        """Return Hypothesis strategies of the parameters that a policy for so many sources may have."""
        return {}

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in self.parameters.items() if value is not None]
        return f"{type(self).__name__}({', '.join([str(self.n_sources), *given])}) after {self.rounds} rounds"

    @property
    def open_sources(self) -> npt.NDArray[np.intp]:
        """Numbers of the sources that have not been closed."""
        return np.flatnonzero(self._open)

    def select(self) -> int:
        """Return the number of the source to draw from in this round.

        Raises
        ------
        UndefinedError
            If every source has been closed.
        """
        if not self._open.any():
            raise UndefinedError(f"the choice is undefined: all {self.n_sources} sources have been closed")
        return self._choose()

    def observe(self, source: int, fraction: float, n: int = 1) -> None:
        """Learn that a batch of ``n`` points from ``source`` held this fraction of overlap points.

        Parameters
        ----------
        source : int in [0, n_sources)
        fraction : float in [0, 1]
        n : int in [1, 2^53]
            Points in the batch.

        Raises
        ------
        ValueError, TypeError
            If an argument is outside its range; nothing has been learned then.
        """
        number = self._number(source)
        share = as_share(fraction, "fraction")
        points = as_integer(n, "n", least=1, most=2**53)
        self._learn(number, share, points)
        self.rounds += 1

    def defer(self, source: int) -> None:
        """Prefer others to ``source`` among equals from now on: a batch of it could not be judged.

        Examples
        --------
        >>> from w2slens.bandit import UCB
        >>> policy = UCB(2, rng=0)
        >>> first = policy.select(); policy.defer(first)
        >>> policy.select() == 1 - first
        True
        """
        number = self._number(source)
        self._order = np.append(self._order[self._order != number], number)

    def close(self, source: int) -> None:
        """Never select ``source`` again: it has run dry."""
        self._open[self._number(source)] = False

    @abstractmethod
    def _choose(self) -> int: ...

    @abstractmethod
    def _learn(self, source: int, fraction: float, n: int) -> None: ...

    def _first_largest(self, values: Floats, tie: float = INDEX_TIE) -> int:
        """The open source with the largest value, to within ``tie``; ties to the first in the order."""
        ordered = np.where(self._open, values, -np.inf)[self._order]
        return int(self._order[np.argmax(ordered >= ordered.max() - tie)])

    def _number(self, source: int) -> int:
        number = as_integer(source, "source")
        if number >= self.n_sources:
            raise ValueError(f"source is {number}, but there are {self.n_sources} sources, numbered from 0")
        return number

    # -- saving and loading

    def to_json(self) -> str:
        """Return the whole state, random generator included, as JSON.

        Raises
        ------
        TypeError
            If a policy of one's own holds anything that would be lost; the message names it.

        Examples
        --------
        >>> from w2slens.bandit import UCB
        >>> policy = UCB(3, horizon=100, rng=0)
        >>> UCB.from_json(policy.to_json()).select() == policy.select()
        True
        """
        state = {name: getattr(self, name).tolist() for name in self._state}
        content = {
            "policy": type(self).__name__,
            "n_sources": self.n_sources,
            "parameters": self.parameters,
            "rounds": self.rounds,
            "order": self._order.tolist(),
            "open": self._open.tolist(),
            "state": state | self._more_state(),
            "rng": generator_state(self._rng),
        }
        text = json.dumps(sealed(_FORMAT, _VERSION, content), indent=1, allow_nan=False)
        self._refuse_to_lose(text)
        return text

    def _refuse_to_lose(self, text: str) -> None:
        """Refuse a state from which another policy would come than this one."""
        twin = vars(type(self).from_json(text))
        lost = sorted(name for name, value in vars(self).items() if name not in twin or not same(value, twin[name]))
        if lost:
            raise TypeError(
                f"{type(self).__name__} holds {', '.join(lost)}, which saving does not know; name what the constructor "
                "takes in `parameters`, arrays of one number a source in `_state`, and give the rest in `_more_state`"
            )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the policy that `to_json` described; it goes on exactly as the one saved.

        Raises
        ------
        ValueError
            If the text is no JSON, describes no policy or another one, or is not as it was saved (a digest tells every
            edited number); the message says what.
        """
        try:
            content = parsed(text, _FORMAT, _VERSION)
        except ValueError as error:
            raise ValueError(f"saved policy: {error}") from None
        name = content.get("policy")
        # Two classes may have one name, as when a cell of a notebook is run twice: the one asked comes first.
        kind = cls if cls.__name__ == name else cls._registry.get(name) if isinstance(name, str) else None
        if kind is None or inspect.isabstract(kind):
            known = sorted(name for name, kind in cls._registry.items() if not inspect.isabstract(kind))
            raise ValueError(f"saved policy: there is no policy {name!r}; known are {', '.join(known)}")
        if not issubclass(kind, cls):
            raise ValueError(f"saved policy: it is a {name}, not a {cls.__name__}")
        try:
            policy = kind._rebuilt(content["n_sources"], content["parameters"])
            policy._restore(content)
        except KeyError as error:
            raise ValueError(f"saved policy: {error.args[0]!r} is missing") from None
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ValueError(f"saved policy: {error}") from error
        return policy

    def save(self, path: Path | str, *, force: bool = True) -> None:
        """Write the state to a JSON file: whole, or not at all.

        Raises
        ------
        FileError
            If it cannot be written, or exists and ``force`` is not given.
        """
        with replace_file(Path(path), force=force) as temporary:
            temporary.write_text(self.to_json() + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        FileError
            If the file cannot be read, or does not hold such a policy.
        """
        with reading(path) as file:
            return cls.from_json(file.read_text(encoding="utf-8"))

    @classmethod
    def _rebuilt(cls, n_sources: int, parameters: dict[str, Any]) -> Self:
        return cls(n_sources, **parameters, rng=0)

    def _more_state(self) -> dict[str, Any]:
        return {}

    def _restore_more(self, state: dict[str, Any]) -> None:  # noqa: B027 - most policies have no more state
        """Take what `_more_state` gave; anything may be damaged."""

    def _restore(self, content: dict[str, Any]) -> None:
        k = self.n_sources
        self.rounds = as_integer(content["rounds"], "rounds")
        order = content["order"]
        if sorted(as_integer(i, "order") for i in order) != list(range(k)):
            raise ValueError(f"order is no permutation of 0, ..., {k - 1}")
        self._order = np.array(order, np.intp)
        if len(content["open"]) != k or not all(isinstance(value, bool) for value in content["open"]):
            raise ValueError(f"open must hold {k} booleans")
        self._open = np.array(content["open"])
        for name in self._state:
            numbers = [as_real(value, name) for value in content["state"][name]]
            if len(numbers) != k or min(numbers) < 0:
                raise ValueError(f"{name} must hold {k} numbers that are at least 0")
            setattr(self, name, np.array(numbers))
        self._restore_more(content["state"])
        self._rng = generator_of(content["rng"])


def load_policy(path: Path | str) -> Policy:
    """Read a policy of any kind that `Policy.save` wrote.

    Parameters
    ----------
    path : path of a JSON file

    Returns
    -------
    Policy, which goes on exactly as the one saved

    Raises
    ------
    FileError
        If the file cannot be read, is no JSON, or holds no policy; the message says why. Nothing is unpickled.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from w2slens.bandit import ThompsonSampling
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ThompsonSampling(2, rng=0).save(pathlib.Path(folder) / "policy.json")
    ...     type(load_policy(pathlib.Path(folder) / "policy.json")).__name__
    'ThompsonSampling'
    """
    return Policy.load(path)
