"""One typed JSON codec for every message and record of ours: tasks, tunnel, launcher, shim files.

Dataclasses become JSON objects, enums their value, tuples and frozensets arrays, bytes base64.
Unknown keys are ignored, so that a newer writer can be read; a missing key takes its default.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
import functools
import json
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar, Union

from engine.errors import MalformedMessage

T = TypeVar("T")


def encode(value: object) -> bytes:
    """Return *value* as compact UTF-8 JSON."""
    return json.dumps(to_plain(value), separators=(",", ":"), ensure_ascii=False).encode()


def decode(kind: type[T], data: bytes | str) -> T:
    """Return the *kind* that *data* encodes, or raise MalformedMessage."""
    try:
        plain = json.loads(data)
    except ValueError as error:
        raise MalformedMessage(kind=kind.__name__, problem=str(error)) from error
    return from_plain(kind, plain)


def to_plain(value: object) -> Any:
    """Return *value* as dicts, lists, strings, numbers, booleans and None."""
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(to_plain(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    raise TypeError(f"no plain form for {type(value).__name__}")


def from_plain(kind: type[T], plain: object) -> T:
    """Return the *kind* that *plain* describes, or raise MalformedMessage naming the field."""
    try:
        return typing.cast("T", _build(kind, plain))
    except (TypeError, ValueError, KeyError) as error:
        raise MalformedMessage(
            kind=getattr(kind, "__name__", str(kind)), problem=str(error)
        ) from error


def warm(kind: type) -> None:
    """Resolve the fields of *kind* and of all it holds now, rather than at the first decode."""
    for hint in _hints(kind).values():
        for part in (hint, *typing.get_args(hint)):
            if dataclasses.is_dataclass(part) and isinstance(part, type):
                warm(part)


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _build(kind: Any, plain: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin is not None:
        return _build_generic(kind, origin, plain)
    if kind is Any or kind is object:
        return plain
    if kind is bytes:
        return base64.b64decode(_expect(str, plain), validate=True)
    if kind in (str, int, bool):
        return _expect(kind, plain)
    if kind is float:
        return float(plain)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return kind(plain)
    if dataclasses.is_dataclass(kind):
        return _build_dataclass(typing.cast("type", kind), plain)
    raise TypeError(f"no codec for {kind!r}")


def _build_dataclass(kind: type, plain: Any) -> Any:
    fields = _expect(dict, plain)
    hints = _hints(kind)
    values = {}
    for field in dataclasses.fields(kind):
        if field.name not in fields:
            continue
        try:
            values[field.name] = _build(hints[field.name], fields[field.name])
        except (TypeError, ValueError) as error:
            raise ValueError(f"{field.name}: {error}") from error
    return kind(**values)


def _build_generic(kind: Any, origin: Any, plain: Any) -> Any:
    arguments = typing.get_args(kind)
    if origin in (Union, types.UnionType):
        return _build_union(arguments, plain)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_build(arguments[0], item) for item in _expect(list, plain))
        return tuple(_build(a, item) for a, item in zip(arguments, plain, strict=True))
    if origin is list:
        return [_build(arguments[0], item) for item in _expect(list, plain)]
    if origin is frozenset:
        return frozenset(_build(arguments[0], item) for item in _expect(list, plain))
    if origin is typing.Literal:
        if plain not in arguments:
            raise ValueError(f"{plain!r} is not one of {arguments!r}")
        return plain
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _build(arguments[1], item) for key, item in _expect(dict, plain).items()}
    raise TypeError(f"no codec for {kind!r}")


def _build_union(arguments: tuple[Any, ...], plain: Any) -> Any:
    if plain is None and type(None) in arguments:
        return None
    problems = []
    for argument in arguments:
        if argument is type(None):
            continue
        try:
            return _build(argument, plain)
        except (TypeError, ValueError) as error:
            problems.append(str(error))
    raise ValueError("; ".join(problems))


def _expect(kind: Any, plain: Any) -> Any:
    if not isinstance(plain, kind) or (kind is int and isinstance(plain, bool)):
        raise TypeError(f"expected {kind.__name__}, got {type(plain).__name__}")
    return plain
