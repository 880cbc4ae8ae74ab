"""A container's log: Docker's format, rotation, and reading it back while it grows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.logs.reader import LogQuery, follow, nanoseconds, read
from engine.logs.writer import LogWriter, Stream, rotated
from engine.spec.container import LogOptions


def write(path: Path, *chunks: bytes, options: LogOptions | None = None) -> None:
    writer = LogWriter(path, options or LogOptions())
    stream = writer.stream(Stream.STDOUT)
    for chunk in chunks:
        stream.feed(chunk)
    stream.close()
    writer.close()


def texts(path: Path, query: LogQuery | None = None) -> list[str]:
    return [entry.text for entry in read(path, query or LogQuery())]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain\n", "plain\n"),
        (b'quote " back \\ slash\n', 'quote " back \\ slash\n'),
        (b"\x1b[31mred\x1b[0m\ttab\rcr\x00nul\x7f\n", "\x1b[31mred\x1b[0m\ttab\rcr\x00nul\x7f\n"),
        ("grüße 漢字\n".encode(), "grüße 漢字\n"),
        (b"bad \xff utf\n", "bad \ufffd utf\n"),
        (b"\n", "\n"),
    ],
)
def test_any_line_reads_back_and_is_json(path: Path, data: bytes, text: str) -> None:
    write(path, data)
    assert texts(path) == [text]
    for line in path.read_bytes().splitlines():
        assert set(json.loads(line)) == {"log", "stream", "time"}


def test_lines_are_joined_across_chunks_and_the_last_needs_no_newline(path: Path) -> None:
    write(path, b"he", b"llo\nwor", b"ld")
    assert texts(path) == ["hello\n", "world"]


def test_a_very_long_line_is_written_in_parts_that_split_no_character(path: Path) -> None:
    data = ("ü" * 20_000).encode()
    write(path, data[:16_385], data[16_385:], b"\n")
    assert "".join(texts(path)) == "ü" * 20_000 + "\n"


def test_rotation_keeps_the_newest_files_and_loses_no_line_between_them(path: Path) -> None:
    options = LogOptions(max_size=4096, max_files=3)
    write(path, *(b"line %05d\n" % n for n in range(400)), options=options)

    assert rotated(path, 1).exists()
    assert rotated(path, 2).exists()
    assert not rotated(path, 3).exists()
    numbers = [int(text.split()[1]) for text in texts(path)]
    assert numbers == list(range(numbers[0], 400))


def test_tail_since_and_streams_choose_what_is_read(path: Path) -> None:
    writer = LogWriter(path, LogOptions())
    stdout, stderr = writer.stream(Stream.STDOUT), writer.stream(Stream.STDERR)
    stdout.feed(b"one\n")
    stderr.feed(b"two\n")
    stdout.feed(b"three\n")
    writer.close()

    assert texts(path, LogQuery(tail=2)) == ["two\n", "three\n"]
    assert texts(path, LogQuery(tail=0)) == []
    out = frozenset({Stream.STDOUT})
    assert texts(path, LogQuery(tail=2, streams=out)) == ["one\n", "three\n"]
    last = list(read(path, LogQuery()))[-1]
    assert texts(path, LogQuery(since=nanoseconds(last.time))) == ["three\n"]


def test_tail_reads_over_rotated_files(path: Path) -> None:
    options = LogOptions(max_size=4096, max_files=3)
    write(path, *(b"line %05d\n" % n for n in range(200)), options=options)
    assert texts(path, LogQuery(tail=90)) == [f"line {n:05d}\n" for n in range(110, 200)]


def test_a_torn_last_line_is_left_out(path: Path) -> None:
    write(path, b"whole\n")
    with path.open("ab") as file:
        file.write(b'{"log":"torn')
    assert texts(path) == ["whole\n"]


def test_following_sees_what_comes_across_rotations_until_the_end(path: Path) -> None:
    writer = LogWriter(path, LogOptions(max_size=4096, max_files=5))
    stream = writer.stream(Stream.STDOUT)
    stream.feed(b"line 00000\n")
    batches: Iterator[range] = iter([range(1, 30), range(30, 90), range(90, 200)])
    over = False

    def wait(_seconds: float) -> bool:
        nonlocal over
        batch = next(batches, None)
        if batch is None:
            over = True
            return False
        for n in batch:
            stream.feed(b"line %05d\n" % n)
        return False

    seen = [entry.text for entry in follow(path, LogQuery(), ended=lambda: over, wait=wait)]
    writer.close()
    assert seen == [f"line {n:05d}\n" for n in range(200)]


def test_following_with_a_tail_starts_there(path: Path) -> None:
    write(path, b"a\nb\nc\n")
    query = LogQuery(tail=1)
    seen = follow(path, query, ended=lambda: True, wait=lambda _: True)
    assert [entry.text for entry in seen] == ["c\n"]


def test_a_log_that_is_not_there_is_empty(path: Path) -> None:
    assert texts(path) == []
    assert texts(path, LogQuery(tail=5)) == []
