"""The ledger of a selection: what was chosen, observed and acquired, and what it cost."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._arrays import Floats
from .._files import replace_file
from .._saved import packed, parsed, reading, sealed, unpacked
from ..errors import UndefinedError
from ..regions import Region
from .sources import Batch

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATUSES", "SelectionHistory"]

STATUSES = ("complete", "short", "undetected")
"""What the codes of the column ``status`` mean: fewer points than asked for; no fraction, so nothing was learned."""

_FORMAT = "w2slens selection history"
_VERSION = 2
_ROUND_COLUMNS = ("source", "size", "status", "fraction")


class SelectionHistory:
    """What a selection chose, observed and acquired, round by round.

    Parameters
    ----------
    names : sequence of str
        Names of the K sources.

    Attributes
    ----------
    names : list of str
    batches : list of Batch
        What was acquired in each round.
    events : list of (round, source, what, message)
        Sources that ran "dry" or "failed", and the round in which they did.
    labels : (n,) int8
        Detected regions of all points acquired, in order of arrival; -1 where undetected.
    states : list of K dicts or None
        Where each source stood after the newest round; see `Source.state`.

    Examples
    --------
    >>> import w2slens as wl
    >>> pool = wl.selection.ArraySource([[0.0], [1.0]], [0.1, 0.9], regions=[0, 2], rng=0)
    >>> history = wl.selection.select_sources([pool], wl.bandit.RoundRobin(1), rounds=5, batch=1)
    >>> history.choices.tolist(), sorted(history.to_table()["fraction"].tolist()), history.events[0][2]
    ([0, 0], [0.0, 1.0], 'dry')
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = [str(name) for name in names]
        if not self.names:
            raise ValueError("names is empty; a history needs at least one source")
        self.batches: list[Batch] = []
        self.events: list[tuple[int, int, str, str]] = []
        self.labels = np.empty(0, np.int8)
        self.states: list[dict[str, Any] | None] = [None] * len(self.names)
        self._rows: list[tuple[int, int, int, float]] = []
        self._densities: list[list[float]] = []

    def __repr__(self) -> str:
        sources = ", ".join(self.names)
        return f"SelectionHistory of {self.n_rounds} rounds and {self.n_points} points from {sources}"

    @property
    def n_rounds(self) -> int:
        """Number of finished rounds."""
        return len(self._rows)

    @property
    def n_points(self) -> int:
        """Number of points acquired."""
        return sum(row[1] for row in self._rows)

    @property
    def choices(self) -> npt.NDArray[np.intp]:
        """Source chosen in each round, (r,)."""
        return np.array([row[0] for row in self._rows], np.intp)

    @property
    def fractions(self) -> Floats:
        """Observed overlap fraction of each round's batch, as the policy learned it, (r,); NaN where undetected."""
        return np.array([row[3] for row in self._rows], np.float64)

    @property
    def true_fractions(self) -> Floats:
        """True overlap fraction of each round's batch, (r,); NaN where its regions are unknown."""
        return np.array([_true_fraction(batch) for batch in self.batches], np.float64)

    @property
    def densities(self) -> Floats:
        """True density of every source in every round, (r, K); NaN where unknown."""
        return np.array(self._densities, np.float64).reshape(self.n_rounds, len(self.names))

    @property
    def regret(self) -> Floats:
        """Cumulative pseudo-regret after each round, (r,): sums of the richest density minus the chosen one's.

        Raises
        ------
        UndefinedError
            If the density of a source is unknown.
        """
        densities = self.densities
        unknown = np.argwhere(np.isnan(densities))
        if unknown.size:
            raise UndefinedError(f"regret is undefined: the density of {self.names[unknown[0][1]]} is unknown")
        chosen = densities[np.arange(self.n_rounds), self.choices]
        return np.cumsum(densities.max(axis=1, initial=0.0) - chosen)

    def to_table(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per round as equally long columns.

        Returns
        -------
        dict
            ``round`` (from 0), ``source``, ``size`` (points), ``status`` (index into `STATUSES`), ``fraction``
            observed, ``true_fraction``, ``density`` of the chosen source, ``best_density``, and ``regret``
            (cumulative); NaN where unknown.
        """
        densities, rounds = self.densities, np.arange(self.n_rounds)
        known = not np.isnan(densities).any()
        return {
            "round": rounds,
            "source": self.choices,
            "size": np.array([row[1] for row in self._rows], np.intp),
            "status": np.array([row[2] for row in self._rows], np.int8),
            "fraction": self.fractions,
            "true_fraction": self.true_fractions,
            "density": densities[rounds, self.choices],
            "best_density": densities.max(axis=1, initial=0.0) if known else np.full(self.n_rounds, np.nan),
            "regret": self.regret if known else np.full(self.n_rounds, np.nan),
        }

    def data(self) -> dict[str, npt.NDArray[Any]]:
        """Return the points acquired, in order of arrival.

        Returns
        -------
        dict
            ``X`` (n, d), ``weak_proba``, ``labels`` (detected), ``round`` and ``source`` (n,); ``regions`` and ``y`` if
            every batch has them.

        Raises
        ------
        UndefinedError
            If nothing has been acquired.
        """
        if not self.batches:
            raise UndefinedError("data is undefined: nothing has been acquired")
        sizes = [row[1] for row in self._rows]
        columns = {
            "X": np.concatenate([batch.X for batch in self.batches]),
            "weak_proba": np.concatenate([batch.weak_proba for batch in self.batches]),
            "labels": self.labels.copy(),
            "round": np.repeat(np.arange(self.n_rounds), sizes),
            "source": np.repeat(self.choices, sizes),
        }
        for name in ("regions", "y"):
            parts = [getattr(batch, name) for batch in self.batches]
            if all(part is not None for part in parts):
                columns[name] = np.concatenate(parts)
        return columns

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the share of overlap points among all acquired so far: observed, true, and of the richest source.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        Axes
        """
        try:
            from matplotlib import pyplot as plt
        except ModuleNotFoundError as error:
            message = 'plot needs matplotlib: pip install "w2slens[sim]"'
            raise ModuleNotFoundError(message, name="matplotlib") from error
        from .. import plotting

        if ax is None:
            ax = plt.subplots()[1]
        table = self.to_table()
        rounds = table["round"] + 1
        observed = _running(table["fraction"], table["size"])
        plotting.theory(ax, rounds, observed, name="overlap", label="observed by the detector")
        if not np.isnan(table["true_fraction"]).all():
            true = _running(table["true_fraction"], table["size"])
            ax.plot(rounds, true, color=plotting.COLOURS["student"], linestyle="--", label="true")
        if not np.isnan(table["best_density"]).any():
            best = _running(table["best_density"], table["size"])
            ax.plot(rounds, best, color=plotting.COLOURS["theory"], linestyle=":", label="the richest source's density")
        ax.set(xlabel="round", ylabel="share of overlap points acquired", ylim=(0, 1))
        ax.legend()
        return ax

    # -- what `select_sources` writes

    def check(self, batch: Batch, name: str) -> None:
        """Raise `ValueError` unless the batch of the source of this name can be joined to the earlier ones."""
        for column in ("X", "weak_proba"):
            shape, earlier = (getattr(one, column).shape[1:] for one in (batch, (self.batches or [batch])[0]))
            if shape != earlier:
                raise ValueError(f"{column} of {name} has rows of shape {shape}, earlier batches have {earlier}")

    def append(self, source: int, batch: Batch, fraction: float, densities: Sequence[float], *, short: bool) -> None:
        """Write down a finished round."""
        status = 2 if np.isnan(fraction) else int(short)
        self._rows.append((source, len(batch.X), status, float(fraction)))
        self._densities.append([float(density) for density in densities])
        self.batches.append(batch)

    def note(self, source: int, what: str, message: str) -> None:
        """Write down that a source ran "dry" or "failed" in the round to come."""
        self.events.append((self.n_rounds, source, what, message))

    def update_labels(self, labels: npt.NDArray[np.int8], *, whole: bool) -> None:
        """Replace all labels, or append those of the newest batch."""
        self.labels = labels.copy() if whole else np.append(self.labels, labels).astype(np.int8)

    # -- saving and loading

    def save(self, path: Path | str, *, force: bool = True) -> None:
        """Write everything to one .npz file: whole, or not at all, and without pickles; bfloat16 is widened to float32.

        Raises
        ------
        FileError
            If it cannot be written, or exists and ``force`` is not given.
        TypeError
            If a source of one's own has a state that holds anything but numbers, strings, arrays, lists and dicts.
        """
        arrays: dict[str, npt.NDArray[Any]] = {
            "labels": self.labels,
            "densities": self.densities,
            **{
                name: np.array(values)
                for name, values in zip(_ROUND_COLUMNS, zip(*self._rows, strict=True), strict=False)
            },
        }
        for name in Batch._fields:
            parts = [getattr(batch, name) for batch in self.batches]
            arrays[f"has_{name}"] = np.array([part is not None for part in parts], bool)
            present = [part for part in parts if part is not None]
            if present:
                joined = np.concatenate(present)
                # A dtype that is not NumPy's own (bfloat16) would come back as raw bytes.
                arrays[name] = joined.astype(np.float32) if joined.dtype.kind == "V" else joined
        states = [packed(state, f"source_{k}", arrays) for k, state in enumerate(self.states)]
        header = sealed(_FORMAT, _VERSION, {"names": self.names, "events": self.events, "states": states}, arrays)
        arrays["header"] = np.array(json.dumps(header))
        with replace_file(Path(path), force=force) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # its stub takes them for allow_pickle

    @classmethod
    def load(cls, path: Path | str) -> SelectionHistory:
        """Read what `save` wrote; nothing is unpickled.

        Raises
        ------
        FileError
            If the file cannot be read, is damaged or edited (a digest tells), or holds something else.
        """
        with reading(path, " holds no selection history") as file:
            try:
                # Opened here, so that it is closed even where NumPy finds no archive in it.
                with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
                    arrays = {name: archive[name] for name in archive.files}
                return cls._from_arrays(arrays)
            except KeyError as error:
                raise ValueError(f"{error.args[0]!r} is missing") from None
            except (TypeError, AttributeError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
                # RuntimeError: an archive that claims a password or a method of compression.
                raise ValueError(str(error)) from error

    @classmethod
    def _from_arrays(cls, arrays: dict[str, npt.NDArray[Any]]) -> SelectionHistory:
        told = {name: values for name, values in arrays.items() if name != "header"}
        header = parsed(str(arrays["header"]), _FORMAT, _VERSION, told)
        history = cls(header["names"])
        history.events = [(int(r), int(k), str(what), str(message)) for r, k, what, message in header["events"]]
        history.labels = arrays["labels"].astype(np.int8)
        if len(header["states"]) != len(history.names):
            raise ValueError("it has another number of sources than of their states")
        history.states = [unpacked(state, arrays) for state in header["states"]]
        densities = arrays["densities"]
        if densities.shape[0] == 0:
            return history
        sources, sizes, statuses, fractions = (arrays[name] for name in _ROUND_COLUMNS)
        k = len(history.names)
        if densities.shape != (sources.size, k) or not (sources.size == sizes.size == statuses.size == fractions.size):
            raise ValueError("its columns have different lengths")
        if (sources < 0).any() or (sources >= k).any() or (sizes < 1).any() or history.labels.size != sizes.sum():
            raise ValueError("its rounds contradict each other")
        history._densities = densities.tolist()
        history._rows = list(zip(sources.tolist(), sizes.tolist(), statuses.tolist(), fractions.tolist(), strict=True))
        columns = {name: _parts(arrays, name, sizes) for name in Batch._fields}
        history.batches = [Batch(*values) for values in zip(*columns.values(), strict=True)]
        return history


def _parts(arrays: dict[str, npt.NDArray[Any]], name: str, sizes: npt.NDArray[np.intp]) -> list[Any]:
    """One array per round, or None where a batch has no such column."""
    present = arrays[f"has_{name}"]
    if present.shape != sizes.shape or (not present.all() and name in ("X", "weak_proba")):
        raise ValueError(f"{name} is incomplete")
    if not present.any():
        return [None] * sizes.size
    values = arrays[name]
    if values.shape[0] != sizes[present].sum():
        raise ValueError(f"{name} has {values.shape[0]} rows, but the rounds {sizes[present].sum()}")
    parts = iter(np.split(values, np.cumsum(sizes[present])[:-1]))
    return [next(parts) if there else None for there in present]


def _running(values: Floats, sizes: npt.NDArray[np.intp]) -> Floats:
    """Mean over the points so far; rounds without a value are left out, and NaN before the first with one."""
    known = ~np.isnan(values)
    total, points = np.cumsum(np.where(known, values * sizes, 0.0)), np.cumsum(np.where(known, sizes, 0))
    return np.divide(total, points, out=np.full(values.size, np.nan), where=points > 0)


def _true_fraction(batch: Batch) -> float:
    return float("nan") if batch.regions is None else float(np.mean(np.asarray(batch.regions) == Region.OVERLAP))
