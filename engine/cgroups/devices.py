"""Device nodes: the v1 controller's lists, or an eBPF program on v2."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from engine.cgroups.files import write
from engine.errors import KernelRefused
from engine.linux import bpf

if TYPE_CHECKING:
    from engine.linux.devices import DeviceRule


def allow_v1(folder: str, rules: tuple[DeviceRule, ...]) -> None:
    """Refuse all devices to a cgroup of the v1 devices controller, then allow *rules*."""
    if any(rule.allows_everything for rule in rules):
        return  # a new cgroup has what its parent has, and our parents have everything
    write(folder, "devices.deny", "a")
    for rule in rules:
        major = "*" if rule.major is None else rule.major
        minor = "*" if rule.minor is None else rule.minor
        write(folder, "devices.allow", f"{rule.kind.value} {major}:{minor} {rule.access}")


def allow_v2(folder: str, rules: tuple[DeviceRule, ...]) -> None:
    """Attach a program that allows only *rules* to a v2 cgroup, in place of one attached before."""
    cgroup = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    opened = [cgroup]
    try:
        before = bpf.attached_device_programs(cgroup)
        opened += before
        if any(rule.allows_everything for rule in rules):
            for program in before:
                bpf.detach_device_program(cgroup, program)
            return
        program = bpf.device_program(rules)
        opened.append(program)
        bpf.attach_device_program(cgroup, program, replace=before[0] if before else None)
    except OSError as error:
        raise KernelRefused(
            call=f"a device program for {folder}", reason=error.strerror or str(error)
        ) from error
    finally:
        for descriptor in opened:
            os.close(descriptor)
