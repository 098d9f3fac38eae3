"""Saved states: JSON with a digest that tells every edit, states of random generators, and files that hold either."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import FileError

__all__ = ["generator_of", "generator_state", "packed", "parsed", "reading", "same", "sealed", "unpacked"]

Arrays = Mapping[str, npt.NDArray[Any]]

_BIT_GENERATORS = ("PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937")


def sealed(format_name: str, version: int, content: Mapping[str, Any], arrays: Arrays | None = None) -> dict[str, Any]:
    """Return ``content`` under its format and version, with a digest of it all and of the arrays beside it."""
    whole = {"format": format_name, "version": version, **content}
    return whole | {"digest": _digest(whole, arrays or {})}


def parsed(text: str, format_name: str, version: int, arrays: Arrays | None = None) -> dict[str, Any]:
    """Return what `sealed` made, from its JSON.

    Raises
    ------
    ValueError
        If the text is no JSON (NaN and names given twice are none), is of another format or version, or is not as it
        was saved; the message says what.
    """
    try:
        content = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON ({error})") from None
    if not isinstance(content, dict) or content.get("format") != format_name:
        raise ValueError(f"this JSON is of another format; expected 'format': {format_name!r}")
    given = content.get("version")
    if given != version or not isinstance(given, int) or isinstance(given, bool):
        raise ValueError(f"version {given!r}; this release reads {version}")
    if "digest" not in content:
        raise ValueError("'digest' is missing")
    if content["digest"] != _digest(content, arrays or {}):
        raise ValueError("its digest does not fit, so it was damaged or edited since it was saved")
    return content


@contextmanager
def reading(path: Path | str, problem: str = "") -> Iterator[Path]:
    """Turn what goes wrong inside the block into a `FileError` that names the file, ``problem`` and the reason."""
    try:
        yield Path(path)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise FileError(f"{path}{problem}: {error}") from error


def generator_state(rng: np.random.Generator) -> Any:
    """Return the state of a generator as JSON has it."""
    return _plain(rng.bit_generator.state)


def generator_of(state: Any) -> np.random.Generator:
    """Return the generator whose `generator_state` this is; it goes on exactly as that one."""
    name = state["bit_generator"]
    if name not in _BIT_GENERATORS:
        raise ValueError(f"rng is a {name!r}, but must be one of {', '.join(_BIT_GENERATORS)}")
    bits = getattr(np.random, name)(0)
    arrays = _with_arrays(state)
    if isinstance(arrays["state"], dict):
        arrays["state"] = _with_arrays(arrays["state"])
    try:
        bits.state = arrays
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise ValueError(f"rng holds no state of a {name}: {error}") from None
    return np.random.Generator(bits)


def packed(value: Any, name: str, arrays: dict[str, npt.NDArray[Any]]) -> Any:
    """Return ``value`` as JSON has it; arrays inside are put among ``arrays`` under names that begin with ``name``.

    Raises
    ------
    TypeError
        If anything inside is neither an array of numbers nor what JSON knows.
    """
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        arrays[name] = value
        return {"array": name}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: packed(entry, f"{name}_{key}", arrays) for key, entry in value.items()}}
    if isinstance(value, list | tuple):
        return [packed(entry, f"{name}_{i}", arrays) for i, entry in enumerate(value)]
    if isinstance(value, np.generic):
        return packed(value.item(), name, arrays)
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and np.isfinite(value)):
        return value
    raise TypeError(f"{name} holds a {type(value).__name__}, which cannot be saved")


def unpacked(value: Any, arrays: Arrays) -> Any:
    """Return what `packed` was given, tuples as lists."""
    if isinstance(value, list):
        return [unpacked(entry, arrays) for entry in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]]
    return {key: unpacked(entry, arrays) for key, entry in value["dict"].items()}


def same(first: Any, second: Any) -> bool:
    """Tell whether two states are equal, arrays entry by entry."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(first[name], second[name]) for name in first)
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, np.random.Generator) and isinstance(second, np.random.Generator):
        return same(generator_state(first), generator_state(second))
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        return first is second or bool(np.array_equal(first, second))
    return bool(first == second)


def _digest(content: Mapping[str, Any], arrays: Arrays) -> str:
    """SHA-256 of everything but the digest itself, and of the arrays: their names, types, shapes and bytes.

    An edited state would silently go on from wrong numbers.
    """
    told = {name: value for name, value in content.items() if name != "digest"}
    hashed = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for name in sorted(arrays):
        values = np.ascontiguousarray(arrays[name])
        hashed.update(f"{name} {values.dtype.str} {values.shape}\n".encode())
        hashed.update(values.reshape(-1).view(np.uint8).data)
    return hashed.hexdigest()


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is given twice")
    return dict(pairs)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _with_arrays(state: dict[str, Any]) -> dict[str, Any]:
    return {key: np.array(entry, np.uint64) if isinstance(entry, list) else entry for key, entry in state.items()}
