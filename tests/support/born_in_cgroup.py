"""A program that starts Python code inside a cgroup, as the shim starts a container's init.

    python -I -S tests/support/born_in_cgroup.py PARENT NAME CODE

Standard streams are passed on; the exit status is the child's, or minus the signal that ended it
modulo 256.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.cgroups import ContainerCgroup, Hierarchy
from engine.linux import syscalls


def main(parent: str, name: str, code: str) -> int:
    cgroup = ContainerCgroup.open(Hierarchy.detect(), parent, name)
    with cgroup.opened() as descriptor:
        pid, pidfd = syscalls.clone3(0, cgroup=descriptor)
        if pid == 0:
            _child(cgroup, code)
    _, status = os.waitpid(pid, 0)
    os.close(pidfd)
    return os.waitstatus_to_exitcode(status) % 256


def _child(cgroup: ContainerCgroup, code: str) -> None:
    try:
        cgroup.join()
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", code])  # noqa: S606  (as init does)
    finally:
        os._exit(127)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
