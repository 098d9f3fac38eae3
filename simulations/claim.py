"""What a claim is: a sentence, figures that show it and statements that are judged; experiments are in `experiment`.

A claim is a folder ``simulations/claims/CHAPTER/NAME``:

- ``__init__.py`` has ``CLAIM``, a `Claim`;
- ``experiments.py`` has functions made experiments by ``@experiment(smoke=..., full=...)``; only these compute;
- ``figures.py`` has functions with ``@figure("caption")``, which return a Matplotlib figure, and ``@numbers``, which
  return the few dozen rows behind one;
- ``verdicts.py`` has functions with ``@statement``, which return one `Verdict` each.

A figure, its numbers and a statement name the tables that they read by their parameters: ``def tail(runs, law)`` reads
those of the experiments ``runs`` and ``law``. Everything is found by where it is; nothing has to be listed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .tables import Columns

__all__ = ["Chapter", "Claim", "Drawing", "Numbers", "Reader", "Statement", "Verdict", "figure", "numbers", "statement"]

T = TypeVar("T")


@dataclass(frozen=True)
class Chapter:
    """A chapter's title in the report and its place there: lower ones come first."""

    title: str
    place: int


@dataclass(frozen=True)
class Claim:
    """What is claimed, and by whom.

    Attributes
    ----------
    statement : str
        One sentence a reader can agree or disagree with.
    source : str
        Paper and statement number.
    room : str
        The module or chapter of the package that holds the formula or the algorithm.
    """

    statement: str
    source: str
    room: str


@dataclass(frozen=True)
class Verdict:
    """One judged statement. It passes by ``rule``, fixed before the run; slack comes from Monte Carlo error alone.

    ``margin`` is what is left before the verdict would turn, in the units of ``statistic``: negative when it failed.
    An ``estimate`` passes when its numbers exist, whatever they say. The judge fills in ``claim`` and ``name``, that
    of the function.
    """

    statement: str
    statistic: float
    bound: float
    margin: float
    passed: bool
    rule: str
    estimate: bool = False
    claim: str = ""
    name: str = ""

    @classmethod
    def at_most(cls, statement: str, statistic: float, bound: float, rule: str) -> Verdict:
        """Passes when ``statistic <= bound``; a NaN never passes."""
        margin = float(bound - statistic)
        return cls(statement, float(statistic), float(bound), margin, bool(statistic <= bound), rule)

    @classmethod
    def at_least(cls, statement: str, statistic: float, bound: float, rule: str) -> Verdict:
        """Passes when ``statistic >= bound``; a NaN never passes."""
        margin = float(statistic - bound)
        return cls(statement, float(statistic), float(bound), margin, bool(statistic >= bound), rule)

    @classmethod
    def estimated(cls, statement: str, found: float, wanted: float, rule: str) -> Verdict:
        """An estimate, told in the statement: passes when all the wanted numbers were found."""
        margin = float(found - wanted)
        return cls(statement, float(found), float(wanted), margin, bool(found >= wanted), rule, estimate=True)


@dataclass(frozen=True)
class Reader(Generic[T]):
    """A function of some of the claim's tables, named by its parameters."""

    function: Callable[..., T]

    @property
    def name(self) -> str:
        """The function's name, without an underscore at its end that keeps it from hiding a builtin."""
        return self.function.__name__.rstrip("_")

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the experiments whose tables it reads."""
        return tuple(inspect.signature(self.function).parameters)

    def __call__(self, *tables: Columns, **named: Columns) -> T:
        """Call the function itself."""
        return self.function(*tables, **named)

    def of(self, tables: Mapping[str, Columns]) -> T:
        """Call it with its share of the claim's tables."""
        return self.function(**{name: tables[name] for name in self.reads})


@dataclass(frozen=True)
class Drawing(Reader[Any]):
    """A figure: how it is drawn, and its caption, which says what it shows in one or two sentences."""

    caption: str


@dataclass(frozen=True)
class Numbers(Reader[Columns]):
    """The numbers behind figures, a few dozen rows."""


@dataclass(frozen=True)
class Statement(Reader[Verdict]):
    """A statement and how it is judged."""


def figure(caption: str) -> Callable[[Callable[..., Any]], Drawing]:
    """Make a function in a claim's ``figures.py`` a figure of it."""
    return lambda function: Drawing(function, caption)


def numbers(function: Callable[..., Columns]) -> Numbers:
    """Make a function in a claim's ``figures.py`` a table of the report."""
    return Numbers(function)


def statement(function: Callable[..., Verdict]) -> Statement:
    """Make a function in a claim's ``verdicts.py`` a statement of it."""
    return Statement(function)
