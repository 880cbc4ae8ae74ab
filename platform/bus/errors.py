"""Errors of the platform itself; the engine's own are in engine.errors."""

from __future__ import annotations

from engine.errors import EngineError


class HostNotFound(EngineError):
    code = "host_not_found"
    template = "no host {host!r}"
    host: str


class HostUnavailable(EngineError):
    code = "host_unavailable"
    template = "host {host} has no live {queue} worker; start one there and try again"
    host: str
    queue: str


class BrokerUnavailable(EngineError):
    code = "broker_unavailable"
    template = "Redis does not answer: {reason}. Nothing was recorded; try again."
    reason: str


class OperationNotFound(EngineError):
    code = "operation_not_found"
    template = "no operation {operation!r}"
    operation: str


class OperationFinished(EngineError):
    code = "operation_finished"
    template = "operation {operation} has {state} already; nothing is left to cancel"
    operation: str
    state: str


class OperationLost(EngineError):
    code = "operation_lost"
    template = (
        "nobody knows how operation {operation} ended: {reason}. Look at its object, then repeat."
    )
    operation: str
    reason: str


class MessageRefused(EngineError):
    code = "message_refused"
    template = "a task message is refused: {reason}"
    reason: str


class SealBroken(EngineError):
    code = "seal_broken"
    template = "a sealed value cannot be opened: {reason}"
    reason: str


class SettingMissing(EngineError):
    code = "setting_missing"
    template = "{what} is missing at {path}; {remedy}"
    what: str
    path: str
    remedy: str


class AgentUnavailable(EngineError):
    code = "agent_unavailable"
    template = "the agent of host {host} does not answer ({reason}); start it there and try again"
    host: str
    reason: str


class OriginRefused(EngineError):
    code = "origin_refused"
    template = "a page of {origin!r} may not use the session of this platform"
    origin: str
