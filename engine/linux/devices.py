"""Which device nodes a container may use: an allow-list, everything else is refused."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from engine.errors import InvalidValue

MAXIMUM_MAJOR: Final = 0xFFF
MAXIMUM_MINOR: Final = 0xF_FFFF


class DeviceKind(enum.StrEnum):
    """The letters of cgroup v1's devices.allow."""

    ALL = "a"
    BLOCK = "b"
    CHARACTER = "c"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRule:
    """Allows what `access` says (r, w, m for mknod) on the devices that match; None matches any."""

    kind: DeviceKind
    major: int | None = None
    minor: int | None = None
    access: str = "rwm"

    def __post_init__(self) -> None:
        for field, number, highest in (
            ("device major number", self.major, MAXIMUM_MAJOR),
            ("device minor number", self.minor, MAXIMUM_MINOR),
        ):
            if number is not None and not 0 <= number <= highest:
                raise InvalidValue(
                    field=field, value=number, problem=f"must be from 0 to {highest}"
                )
        if not self.access or set(self.access) - set("rwm"):
            raise InvalidValue(
                field="device access", value=self.access, problem="must be of the letters r, w, m"
            )

    @property
    def allows_everything(self) -> bool:
        """Whether nothing is left to refuse."""
        return (
            self.kind is DeviceKind.ALL
            and self.major is None
            and self.minor is None
            and set(self.access) == set("rwm")
        )


def _character(major: int, minor: int | None) -> DeviceRule:
    return DeviceRule(kind=DeviceKind.CHARACTER, major=major, minor=minor)


DEFAULT_DEVICES = (
    # Nodes of any device may be made, they cannot be opened: tar and package managers rely on it.
    DeviceRule(kind=DeviceKind.CHARACTER, access="m"),
    DeviceRule(kind=DeviceKind.BLOCK, access="m"),
    _character(1, 3),  # null
    _character(1, 5),  # zero
    _character(1, 7),  # full
    _character(1, 8),  # random
    _character(1, 9),  # urandom
    _character(5, 0),  # tty
    _character(5, 1),  # console
    _character(5, 2),  # ptmx
    _character(136, None),  # pts
)
"""What runc allows every container."""

ALL_DEVICES = (DeviceRule(kind=DeviceKind.ALL),)
"""What a privileged container gets."""
