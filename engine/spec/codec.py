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
from collections.abc import Callable, Mapping
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
        return typing.cast("T", _builder(typing.cast("Any", kind))(plain))
    except (TypeError, ValueError, KeyError) as error:
        raise MalformedMessage(
            kind=getattr(kind, "__name__", str(kind)), problem=str(error)
        ) from error


def warm(kind: type) -> None:
    """Prepare the decoding of *kind* and of all it holds now, rather than at the first decode."""
    _builder(kind)


_Build = Callable[[Any], Any]


@functools.cache
def _builder(kind: Any) -> _Build:
    """Return what makes a *kind* of its plain form; put together once, as decoding is often."""
    origin = typing.get_origin(kind)
    if origin is not None:
        return _generic_builder(kind, origin)
    if kind is Any or kind is object:
        return lambda plain: plain
    if kind is bytes:
        return lambda plain: base64.b64decode(_expect(str, plain), validate=True)
    if kind in (str, int, bool):
        return functools.partial(_expect, kind)
    if kind is float or (isinstance(kind, type) and issubclass(kind, enum.Enum)):
        return typing.cast("_Build", kind)
    if dataclasses.is_dataclass(kind):
        return _dataclass_builder(typing.cast("type", kind))
    raise TypeError(f"no codec for {kind!r}")


def _dataclass_builder(kind: type) -> _Build:
    hints = typing.get_type_hints(kind)
    builders = {field.name: _builder(hints[field.name]) for field in dataclasses.fields(kind)}

    def build(plain: Any) -> Any:
        values = {}
        for name, item in _expect(dict, plain).items():
            builder = builders.get(name)
            if builder is None:
                continue
            try:
                values[name] = builder(item)
            except (TypeError, ValueError) as error:
                raise ValueError(f"{name}: {error}") from error
        return kind(**values)

    return build


def _generic_builder(kind: Any, origin: Any) -> _Build:
    arguments = typing.get_args(kind)
    if origin in (Union, types.UnionType):
        return _union_builder(arguments)
    if origin is typing.Literal:
        return functools.partial(_one_of, arguments)
    if origin is tuple and not (len(arguments) == 2 and arguments[1] is Ellipsis):
        builders = tuple(map(_builder, arguments))
        return lambda plain: tuple(build(item) for build, item in zip(builders, plain, strict=True))
    if origin in (tuple, list, frozenset):
        item = _builder(arguments[0])
        return lambda plain: origin(map(item, _expect(list, plain)))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        value = _builder(arguments[1])
        return lambda plain: {key: value(each) for key, each in _expect(dict, plain).items()}
    raise TypeError(f"no codec for {kind!r}")


def _union_builder(arguments: tuple[Any, ...]) -> _Build:
    optional = type(None) in arguments
    builders = tuple(_builder(each) for each in arguments if each is not type(None))

    def build(plain: Any) -> Any:
        if plain is None and optional:
            return None
        problems = []
        for builder in builders:
            try:
                return builder(plain)
            except (TypeError, ValueError) as error:
                problems.append(str(error))
        raise ValueError("; ".join(problems))

    return build


def _one_of(allowed: tuple[Any, ...], plain: Any) -> Any:
    if plain not in allowed:
        raise ValueError(f"{plain!r} is not one of {allowed!r}")
    return plain


def _expect(kind: Any, plain: Any) -> Any:
    if not isinstance(plain, kind) or (kind is int and isinstance(plain, bool)):
        raise TypeError(f"expected {kind.__name__}, got {type(plain).__name__}")
    return plain
