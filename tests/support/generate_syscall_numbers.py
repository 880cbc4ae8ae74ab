"""Writes engine/linux/_syscall_numbers.py from libseccomp's src/syscalls.csv.

    python tests/support/generate_syscall_numbers.py syscalls.csv > engine/linux/_syscall_numbers.py

That table follows each kernel release and covers the architectures whose headers a development
machine lacks; a test compares the result with the headers it has.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

COLUMNS = ("x86_64", "x86", "aarch64", "arm")
HEAD = '''"""Numbers of the system calls, as of Linux {release}. Generated: do not edit.

By tests/support/generate_syscall_numbers.py. The columns are those of ARCHITECTURES; None is a
call that the architecture lacks.
"""

from __future__ import annotations

from typing import Final

ARCHITECTURES: Final = ("x86_64", "i386", "aarch64", "arm")

NUMBERS: Final[dict[str, tuple[int | None, int | None, int | None, int | None]]] = {{
'''


def main(source: str) -> None:
    with Path(source).open(newline="") as table:
        header, *rows = csv.reader(table)
    columns = [header.index(name) for name in COLUMNS]
    release = header[0].split("(v")[1].split()[0]
    sys.stdout.write(HEAD.format(release=release))
    for row in sorted(rows):
        numbers = [None if row[column] == "PNR" else int(row[column]) for column in columns]
        if any(number is not None for number in numbers):
            sys.stdout.write(f'    "{row[0]}": ({", ".join(map(str, numbers))}),\n')
    sys.stdout.write("}\n")


if __name__ == "__main__":
    main(sys.argv[1])
