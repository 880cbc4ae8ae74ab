"""The tunnel's frames: exact bytes, credit, and what a hostile or newer peer gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bus import frames
from bus.frames import INITIAL_WINDOW, MAXIMUM_DATA, Frame, FrameChannel, FrameType
from bus.loglines import LONGEST_TEXT, LogLine, LogStream, pack, unpack
from engine.errors import ErrorRecord, MalformedMessage, UnsupportedVersion


@asynccontextmanager
async def two_ends() -> AsyncIterator[tuple[FrameChannel, FrameChannel]]:
    """Two channels joined by a real connection."""
    arrived: asyncio.Queue[FrameChannel] = asyncio.Queue()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.put_nowait(FrameChannel(reader, writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    here = FrameChannel(*await asyncio.open_connection(*server.sockets[0].getsockname()))
    there = await arrived.get()
    here.start()
    there.start()
    try:
        yield here, there
    finally:
        await here.close()
        await there.close()
        server.close()


@asynccontextmanager
async def raw_peer() -> AsyncIterator[tuple[asyncio.StreamWriter, FrameChannel]]:
    """A channel, and a writer that may send it anything."""
    arrived: asyncio.Queue[FrameChannel] = asyncio.Queue()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.put_nowait(FrameChannel(reader, writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    channel = await arrived.get()
    channel.start()
    try:
        yield writer, channel
    finally:
        writer.close()
        await channel.close()
        server.close()


RECORDED = (
    (frames.hello(), "01 00000001 01"),
    (Frame(FrameType.STDIN, b"in"), "02 00000002 696e"),
    (Frame(FrameType.OUT, b"o"), "03 00000001 6f"),
    (Frame(FrameType.ERR, b"e"), "04 00000001 65"),
    (Frame(FrameType.DATA, b""), "05 00000000"),
    (Frame(FrameType.EOF), "06 00000000"),
    (frames.resize(24, 80), "07 00000004 0018 0050"),
    (frames.exit_code(-1), "08 00000004 ffffffff"),
    (frames.window(65536), "09 00000004 00010000"),
)


@pytest.mark.parametrize(("frame", "recorded"), RECORDED)
def test_a_frame_has_the_bytes_that_version_1_recorded(frame: Frame, recorded: str) -> None:
    assert frames.encode(frame) == bytes.fromhex(recorded)


def test_resize_exit_and_error_carry_their_values() -> None:
    error = ErrorRecord(code="container_not_found", message="no container 'a'", detail={"a": "b"})
    assert frames.read_size(frames.resize(24, 80)) == (24, 80)
    assert frames.read_exit_code(frames.exit_code(137)) == 137
    assert frames.read_failure(frames.failure(error)) == error


def test_an_error_of_any_length_fits_into_a_frame() -> None:
    frame = frames.failure(
        ErrorRecord(code="x", message="m" * 100_000, detail={"d": "d" * 100_000})
    )
    assert len(frames.encode(frame)) < MAXIMUM_DATA


def test_data_longer_than_a_frame_is_split_and_nothing_is_lost() -> None:
    data = bytes(range(256)) * 1000
    pieces = list(frames.split(FrameType.DATA, data))
    assert [len(piece.data) for piece in pieces] == [65536, 65536, 65536, 59392]
    assert b"".join(piece.data for piece in pieces) == data
    with pytest.raises(ValueError, match="at most 65536 bytes"):
        frames.encode(Frame(FrameType.DATA, data))


@pytest.mark.parametrize("first", [None, Frame(FrameType.DATA, b"x"), Frame(FrameType.HELLO, b"")])
def test_a_tunnel_that_does_not_open_with_hello_is_refused(first: Frame | None) -> None:
    with pytest.raises(MalformedMessage):
        frames.require_version(first)


def test_a_tunnel_of_another_version_is_refused_with_both_versions_named() -> None:
    with pytest.raises(UnsupportedVersion, match="has version 2; this program reads 1"):
        frames.require_version(frames.hello(2))


async def test_frames_arrive_in_order_and_the_end_of_the_connection_is_none() -> None:
    async with two_ends() as (here, there):
        for number in range(100):
            await here.send(Frame(FrameType.OUT, b"%d" % number))
        await here.send(Frame(FrameType.EOF))
        received = [await there.receive() for _ in range(101)]
        await here.close()
        assert await there.receive() is None
        assert await there.receive() is None
    assert received == [
        *(Frame(FrameType.OUT, b"%d" % n) for n in range(100)),
        Frame(FrameType.EOF),
    ]


async def test_a_sender_stops_at_the_window_and_goes_on_with_what_is_granted() -> None:
    block = Frame(FrameType.DATA, b"x" * MAXIMUM_DATA)
    async with two_ends() as (here, there):
        for _ in range(INITIAL_WINDOW // MAXIMUM_DATA):
            await here.send(block)
        blocked = asyncio.create_task(here.send(block))
        await asyncio.sleep(0.05)
        assert not blocked.done()
        await here.send(Frame(FrameType.EOF))  # control frames need no credit
        await there.receive()
        await there.grant(MAXIMUM_DATA)
        await asyncio.wait_for(blocked, 5)


async def test_a_sender_without_credit_learns_that_its_peer_has_gone() -> None:
    block = Frame(FrameType.DATA, b"x" * MAXIMUM_DATA)
    async with two_ends() as (here, there):
        for _ in range(INITIAL_WINDOW // MAXIMUM_DATA):
            await here.send(block)
        blocked = asyncio.create_task(here.send(block))
        await there.close()
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(blocked, 5)


async def test_more_than_was_received_cannot_be_granted() -> None:
    async with two_ends() as (here, there):
        await here.send(Frame(FrameType.DATA, b"abc"))
        await there.receive()
        with pytest.raises(ValueError, match="cannot give back 4 bytes of 3"):
            await there.grant(4)


def _beyond_the_window() -> bytes:
    block = frames.encode(Frame(FrameType.DATA, b"x" * MAXIMUM_DATA))
    return block * (INITIAL_WINDOW // MAXIMUM_DATA + 1)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "unknown type": (lambda: b"\xff\x00\x00\x00\x00", "unknown type 255"),
    "giant length": (lambda: b"\x05\xff\xff\xff\xff", "4294967295 bytes are too many"),
    "short window": (lambda: b"\x09\x00\x00\x00\x01\x01", "WINDOW has a wrong length"),
    "no credit": (_beyond_the_window, "sends without credit"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_peer_that_breaks_the_rules_ends_the_tunnel_with_the_reason(name: str) -> None:
    send, reason = HOSTILE[name]
    async with raw_peer() as (writer, channel):
        writer.write(send())
        await asyncio.wait_for(channel.ended.wait(), 5)
        received = []
        while (frame := await channel.receive()) is not None:
            received.append(frame)
    assert reason in frames.read_failure(received[-1]).message


async def test_a_connection_that_breaks_within_a_frame_ends_the_tunnel() -> None:
    async with raw_peer() as (writer, channel):
        writer.write(b"\x05\x00\x00\x00\x09half")
        writer.close()
        assert await asyncio.wait_for(channel.receive(), 5) is None


def test_log_lines_come_out_as_they_went_in() -> None:
    lines = [
        LogLine(LogStream.STDOUT, b"2026-11-24T10:00:00.000000001Z", b"one\n"),
        LogLine(LogStream.STDERR, b"2026-11-24T10:00:00.000000002Z", "zwölf ☃\n".encode()),
        LogLine(LogStream.STDOUT, b"2026-11-24T10:00:00.000000003Z", b""),
    ]
    data = b"".join(record for line in lines for record in pack(line))
    assert list(unpack(data)) == lines


def test_a_line_longer_than_a_record_comes_in_parts_that_each_fit_a_frame() -> None:
    line = LogLine(LogStream.STDOUT, b"t", b"x" * (2 * LONGEST_TEXT) + b"\n")
    records = list(pack(line))
    assert [len(record) <= MAXIMUM_DATA for record in records] == [True, True, True]
    assert b"".join(part.text for part in unpack(b"".join(records))) == line.text


@pytest.mark.parametrize(
    "data", [b"\x01", b"\x07\x00\x00\x00\x00\x00", b"\x01\x00\x00\x00\x00\x09abc"]
)
def test_records_that_are_cut_off_or_of_an_unknown_stream_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        list(unpack(data))
