# A cookie's fields as JSON and back, without loss: what the golden files hold and what cfxdb.py speaks.
# test/support/cookie-json.ts is the same in TypeScript.
#
# JSON has no bytes, no NaN, and JavaScript's numbers hold no integer above 2^53 and no difference between 1 and 1.0,
# so these become {"$bytes": hex}, {"$int": decimal} and {"$float": repr}. A map with a key in "$" becomes
# {"$map": [[key, value], ...]}.

import math
import uuid

import cbor2
import numpy as np
from cfxdb.cookiestore import Cookie
from zlmdb import MapUuidFlatBuffers

MAX_SAFE_INTEGER = 2**53 - 1

TEXT_FIELDS = (
    "name",
    "value",
    "authenticated_on_worker",
    "authenticated_authmethod",
    "authid",
    "authrole",
    "authmethod",
    "authrealm",
)
UUID_FIELDS = ("oid", "authenticated_on_node")
TIME_FIELDS = ("created", "authenticated", "authenticated_joined_at")
NUMBER_FIELDS = ("max_age", "authenticated_session")
MAP_FIELDS = ("authenticated_transport_info", "authextra")


def to_json(value):
    """A decoded CBOR value as JSON."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if value is cbor2.undefined:
        return {"$undefined": True}
    if isinstance(value, int):
        return value if abs(value) <= MAX_SAFE_INTEGER else {"$int": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) and not value.is_integer() else {"$float": repr(value)}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"$bytes": bytes(value).hex()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        if any(key.startswith("$") for key in value):
            return {"$map": [[key, to_json(item)] for key, item in value.items()]}
        return {key: to_json(item) for key, item in value.items()}
    raise TypeError(f"no JSON form for {type(value).__name__}")


def from_json(value):
    """The opposite of to_json."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((tag, inner),) = value.items()
        if tag == "$undefined":
            return cbor2.undefined
        if tag == "$int":
            return int(inner)
        if tag == "$float":
            return float(inner)
        if tag == "$bytes":
            return bytes.fromhex(inner)
        if tag == "$map":
            return {key: from_json(item) for key, item in inner}
    return {key: from_json(item) for key, item in value.items()}


def cookie_to_json(cookie):
    """What cfxdb reads in a record. Absent fields are left out; absent maps are {}, as cfxdb has it."""
    fields = {}
    for name in UUID_FIELDS:
        if getattr(cookie, name):
            fields[name] = str(getattr(cookie, name))
    for name in TIME_FIELDS:
        value = getattr(cookie, name)
        if value is not None and int(value) != 0:
            fields[name] = str(int(value))
    for name in NUMBER_FIELDS + TEXT_FIELDS:
        if getattr(cookie, name):
            fields[name] = getattr(cookie, name)
    for name in MAP_FIELDS:
        fields[name] = to_json(getattr(cookie, name) or {})
    return fields


def cookie_from_json(fields):
    """A Cookie of cfxdb with these fields."""
    cookie = Cookie()
    for name, value in fields.items():
        if name in UUID_FIELDS:
            value = uuid.UUID(value)
        elif name in TIME_FIELDS:
            value = np.datetime64(int(value), "ns")
        elif name in MAP_FIELDS:
            value = from_json(value)
        elif name not in NUMBER_FIELDS and name not in TEXT_FIELDS:
            raise KeyError(f"a cookie has no field {name}")
        setattr(cookie, name, value)
    return cookie


def cookie_to_bytes(cookie):
    """The record's bytes through zlmdb's own serializer of the table."""
    return MapUuidFlatBuffers(build=Cookie.build, cast=Cookie.cast)._serialize_value(cookie)
