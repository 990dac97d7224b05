"""What Microsoft's worker takes for its protobuf module: plain classes, no protobuf.

The runtime only builds messages with keywords, reads attributes, asks `WhichOneof` and reads enum members.
Observed with azure-functions-runtime 1.3.0.
"""

from collections.abc import Mapping
from typing import Any, Self

type Json = dict[str, Any]


class Message:
    """Any message: built with keywords; a field that was not set reads as None."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return None


class StatusResult(Message):
    Failure, Success, Cancelled = 0, 1, 2


class RpcException(Message):
    pass


class WorkerInitResponse(Message):
    pass


class WorkerMetadata(Message):
    pass


class FunctionMetadataResponse(Message):
    pass


class FunctionLoadResponse(Message):
    pass


class FunctionEnvironmentReloadResponse(Message):
    pass


class InvocationResponse(Message):
    pass


class RpcFunctionMetadata(Message):
    pass


class RpcRetryOptions(Message):
    pass


class BindingInfo(Message):
    undefined, string, binary, stream = 0, 1, 2, 3
    out, inout = 1, 2


setattr(BindingInfo, "in", 0)


class NullableString(Message):
    pass


class NullableBool(Message):
    pass


class NullableDouble(Message):
    pass


class Timestamp(Message):
    pass


class NullableTimestamp(Message):
    pass


class SameSite:
    Lax, Strict, ExplicitNone = 1, 2, 3


setattr(SameSite, "None", 0)


class RpcHttpCookie(Message):
    SameSite = SameSite


class RpcHttp(Message):
    pass


class ParameterBinding(Message):
    def WhichOneof(self, _: str) -> str:  # noqa: N802 (protobuf's name)
        return "data"


KINDS = frozenset({"string", "json", "bytes", "http", "int", "double"})


class TypedData:
    """One value of one kind, or nothing. Kinds that no trigger of ours needs are refused here."""

    def __init__(self, **fields: Any) -> None:
        if len(fields) > 1 or not fields.keys() <= KINDS:
            raise ValueError(f"no such value {sorted(fields)}: extend tests/harness/host/protos.py")
        self.kind = next(iter(fields), None)
        self.__dict__.update(fields)

    def WhichOneof(self, _: str) -> str | None:  # noqa: N802 (protobuf's name)
        return self.kind

    @property
    def value(self) -> Any:
        return self.__dict__[self.kind] if self.kind else None

    def to_wire(self) -> Json | None:
        if self.kind is None:
            return None
        value = _http_to_wire(self.value) if self.kind == "http" else self.value
        return {"kind": self.kind, "value": value}

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any] | None) -> Self:
        if wire is None:
            return cls()
        kind, value = wire["kind"], wire["value"]
        if kind == "http":
            value = RpcHttp(**{**value, "body": cls.from_wire(value["body"])})
        return cls(**{kind: value})


def _http_to_wire(http: RpcHttp) -> Json:
    cookies = [_cookie_to_wire(c) for c in http.cookies or ()]
    body = http.body.to_wire() if http.body is not None else None
    return {**vars(http), "cookies": cookies, "body": body}


def _cookie_to_wire(cookie: RpcHttpCookie) -> Json:
    """The attributes that were set, without their nullable wrappers."""
    plain = {name: getattr(field, "value", field) for name, field in vars(cookie).items()}
    if isinstance(expires := plain.get("expires"), Timestamp):
        plain["expires"] = expires.seconds
    return {name: field for name, field in plain.items() if field is not None}
