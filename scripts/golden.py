# Makes test/golden/ with cfxdb, zlmdb and cbor2: what they write is the format. Run through make-golden.mjs.
#
#   golden.py make <directory>   writes records.json, db-*/data.mdb and db-*.json there
#   golden.py dump <directory>   prints every key and value of the LMDB environment in that directory

import base64
import hashlib
import json
import pathlib
import shutil
import struct
import sys
import tempfile
import uuid
from importlib.metadata import version

root = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(root / "test" / "support"))
# zlmdb prints to stdout when it opens a database: `dump` prints JSON there.
_output = sys.stdout
sys.stdout = sys.stderr

import cbor2  # noqa: E402
import zlmdb  # noqa: E402
from cfxdb.cookiestore import Cookie, CookieStoreSchema  # noqa: E402
from cfxdb.gen.cookiestore import Cookie as Table  # noqa: E402
from cfxdb.realmstore._session import Sessions  # noqa: E402
from cookie_json import cookie_from_json, cookie_to_bytes, cookie_to_json, to_json  # noqa: E402
from zlmdb import flatbuffers  # noqa: E402

NAMESPACE = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
NODE = "2a1b9f7e-0c5d-4b52-9d9c-5a1f6f0e7d11"
CREATED = 1_750_000_000_123_456_789
DAY_NS = 86_400 * 10**9
MAPSIZE = 2**20


def oid(name):
    return str(uuid.uuid5(NAMESPACE, f"golden:{name}"))


def value(name):
    """24 characters, as Crossbar's newid makes them, but always the same."""
    return base64.b64encode(hashlib.sha256(name.encode()).digest()[:18]).decode()


def tracking(case, /, **fields):
    """What Crossbar's create() writes: a cookie that nobody is authenticated with."""
    return {
        "oid": oid(case),
        "created": str(CREATED),
        "max_age": 604800,
        "name": "cbtid",
        "value": value(case),
        **fields,
    }


def authenticated(case, /, **fields):
    """What is there after Crossbar's setAuth: `authenticated` stays absent."""
    return tracking(
        case,
        **{
            "authid": "alice@example.com",
            "authrole": "user",
            "authmethod": "wampcra",
            "authrealm": "realm1",
            "authextra": {"n": 1},
            **fields,
        },
    )


def nested(depth, inner=1):
    for _ in range(depth):
        inner = [inner]
    return inner


# name, what it shows, fields, whether rebuilding the decoded fields gives the same bytes ("identical") or the same
# fields in other bytes ("equal": JavaScript keeps no difference between 1 and 1.0, and puts integer-like keys first).
RECORDS = [
    (
        "full",
        "every field filled",
        authenticated(
            "full",
            authenticated=str(CREATED + 5_000_000_001),
            authenticated_on_node=NODE,
            authenticated_on_worker="worker001",
            authenticated_transport_info={
                "type": "websocket",
                "protocol": "wamp.2.cbor.batched",
                "peer": "tcp4:192.0.2.7:51234",
                "is_secure": True,
                "http_headers_received": {"host": "example.com", "cookie": "hidden"},
                "channel_id": {"tls-unique": {"$bytes": "00ff10"}},
            },
            authenticated_session=9007199254740991,
            authenticated_joined_at=str(CREATED + 5_000_000_002),
            authenticated_authmethod="cryptosign",
        ),
        "identical",
    ),
    ("minimal", "an oid and nothing else", {"oid": oid("minimal")}, "identical"),
    ("created-by-crossbar", "what create() writes", tracking("created-by-crossbar"), "identical"),
    ("set-auth-by-crossbar", "what setAuth() leaves", authenticated("set-auth-by-crossbar"), "identical"),
    (
        "set-auth-without-extra",
        "setAuth() with authextra {}: the field isn't written",
        authenticated("set-auth-without-extra", authextra={}),
        "identical",
    ),
    (
        "unicode",
        "every text beyond ASCII, astral planes, a leading byte order mark, combining characters, NUL",
        authenticated(
            "unicode",
            name="cbtid-\u00fc",
            value="w\u00e4rt-\u65e5\u672c-\U0001f36a",
            authenticated_on_worker="w\u00f6rker\x00001",
            authenticated_authmethod="\u0441\u043a\u0440\u0430\u043c",
            authid="\ufeff\u00e9\u0301l\u00e8ve@ex\u00e4mple.com",
            authrole="\u05e9\u05dc\u05d5\u05dd",
            authmethod="\ufffd",
            authrealm="realm\U0010ffff",
            authextra={"\u30ad\u30fc": "\u5024", "\ufeffbom": "\ufefftext", "\U0001f511": ["\u2028\u2029", "\ufffd"]},
        ),
        "identical",
    ),
    (
        "empty-strings",
        "empty text, 0 and empty maps: cfxdb writes none of them",
        {
            "oid": oid("empty-strings"),
            "created": "0",
            "max_age": 0,
            "name": "",
            "value": "",
            "authenticated": "0",
            "authenticated_on_worker": "",
            "authenticated_transport_info": {},
            "authenticated_session": 0,
            "authenticated_joined_at": "0",
            "authenticated_authmethod": "",
            "authid": "",
            "authrole": "",
            "authmethod": "",
            "authrealm": "",
            "authextra": {},
        },
        "identical",
    ),
    ("max-age-0", "no lifetime is written for 0", authenticated("max-age-0", max_age=0), "identical"),
    ("max-age-1", "long expired", authenticated("max-age-1", max_age=1, created="1000000000"), "identical"),
    (
        "far-limits",
        "the largest numbers that both sides hold",
        authenticated(
            "far-limits",
            created=str(2**63 - 1),
            max_age=2**53 - 1,
            authenticated=str(2**63 - 1),
            authenticated_session=2**53 - 1,
        ),
        "identical",
    ),
    (
        "zero-uuids",
        "UUIDs of 16 zero bytes are UUIDs",
        authenticated("zero-uuids", authenticated_on_node=str(uuid.UUID(int=0))),
        "identical",
    ),
    (
        "large-authextra",
        "20 KB of authextra: an overflow page in LMDB",
        authenticated("large-authextra", authextra={"blob": "0123456789abcdef" * 1250, "list": list(range(150))}),
        "identical",
    ),
    (
        "nested-authextra",
        "maps and lists inside each other, 30 levels",
        authenticated("nested-authextra", authextra={"a": {"b": [{"c": [[], {}, [{"d": None}]]}]}, "deep": nested(29)}),
        "identical",
    ),
    (
        "proto-keys",
        "keys that JavaScript objects have a meaning for",
        authenticated(
            "proto-keys",
            authextra={
                "__proto__": {"isAdmin": True, "__proto__": None},
                "constructor": {"prototype": {"isAdmin": True}},
                "toString": "x",
                "hasOwnProperty": 1,
                "": "empty key",
            },
        ),
        "identical",
    ),
    (
        "value-types",
        "floats, big integers, None, booleans, bytes",
        authenticated(
            "value-types",
            authextra={
                "float": 0.1,
                "negative": -1.5e-300,
                "huge": {"$float": "1e+300"},
                "none": None,
                "true": True,
                "false": False,
                "bytes": {"$bytes": "00ff80"},
                "no-bytes": {"$bytes": ""},
                "safe": 2**53 - 1,
                "unsafe": {"$int": str(2**53)},
                "uint64": {"$int": str(2**64 - 1)},
                "int64": {"$int": str(-(2**63))},
                "cbor-int": {"$int": str(-(2**64))},
                "bignum": {"$int": str(2**64)},
                "negative-bignum": {"$int": str(-(2**64) - 1)},
                "wide": {"$int": str(2**200 + 1)},
            },
        ),
        "identical",
    ),
    (
        "whole-floats",
        "floats without a fraction: 1.0 is 1 in JavaScript, and is written as an integer",
        authenticated("whole-floats", authextra={"one": {"$float": "1.0"}, "million": {"$float": "1000000.0"}}),
        "equal",
    ),
    (
        "special-floats",
        "cbor2 writes NaN and the infinities in 16 bits",
        authenticated(
            "special-floats",
            authextra={"nan": {"$float": "nan"}, "inf": {"$float": "inf"}, "-inf": {"$float": "-inf"}},
        ),
        "equal",
    ),
    (
        "key-order",
        "keys stay in the order they were written in",
        authenticated("key-order", authextra={"zz": 1, "a": 2, "mm": {"y": 1, "x": 2}, "B": 3, "\u00e4": 4, "aa": 5}),
        "identical",
    ),
    (
        "integer-like-keys",
        "JavaScript puts keys that look like integers first, in order",
        authenticated("integer-like-keys", authextra={"b": 1, "10": 2, "9": 3, "-1": 4}),
        "equal",
    ),
    (
        "longest-value",
        "a value of 509 bytes: with the slot number LMDB's 511",
        authenticated("longest-value", value=("0123456789" * 51)[:509]),
        "identical",
    ),
    (
        "dollar-keys",
        "keys in $, which the golden files' own JSON uses",
        authenticated("dollar-keys", authextra={"$map": [["$bytes", "00"], ["$int", {"$map": [["$float", "x"]]}]]}),
        "identical",
    ),
]

# name, value, and what encoding the decoded value again gives.
CBOR = [
    ("empty", {}, "identical"),
    ("small integers", {"v": [0, 1, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**53 - 1]}, "identical"),
    ("negative integers", {"v": [-1, -24, -25, -256, -257, -65536, -65537, -(2**32), -(2**32) - 1, -(2**53) + 1]}, "identical"),
    ("integers past 2^53", {"v": [2**53, 2**63 - 1, 2**63, 2**64 - 1, -(2**53), -(2**63), -(2**64)]}, "identical"),
    ("bignums", {"v": [2**64, -(2**64) - 1, 2**65 + 1, 2**128, -(2**128), 2**1000]}, "identical"),
    ("floats", {"v": [0.5, 0.1, -1.5, 3.141592653589793, 5e-324, 1e-7, 1.7976931348623157e308, 1e16]}, "identical"),
    ("floats that are whole", {"v": [0.0, 1.0, -2.0, 1e15]}, "equal"),
    ("floats that are no numbers", {"v": [float("nan"), float("inf"), float("-inf")]}, "equal"),
    ("simple values", {"v": [None, True, False]}, "identical"),
    ("text lengths", {f"{n}": "x" * n for n in (0, 23, 24, 255, 256)}, "identical"),
    ("text of 6,000 bytes", {"v": "\u00e4" * 3_000}, "identical"),
    ("unicode", {"v": ["\u00e4", "\u65e5\u672c", "\U0001f36a", "\ufeffx", "\ufeff", "\ufffd", "\x00", "e\u0301"]}, "identical"),
    ("unicode keys", {"\u00e4": 1, "\U0001f36a": 2, "\ufeffk": 3, "\x00": 4}, "identical"),
    ("byte lengths", {"v": [bytes(n) for n in (0, 1, 23, 24, 255, 256)]}, "identical"),
    ("list lengths", {"v": [[0] * n for n in (0, 1, 23, 24, 255, 256)]}, "identical"),
    ("map of 24", {f"k{n}": n for n in range(24)}, "identical"),
    ("map of 256", {f"k{n}": n for n in range(256)}, "identical"),
    ("key order", {"b": 1, "a": 2, "aaa": 3, "aa": 4, "": 5}, "identical"),
    ("integer-like keys", {"b": 1, "10": 2, "9": 3}, "equal"),
    ("prototype keys", {"__proto__": 1, "constructor": 2, "x": {"__proto__": {"y": 1}}}, "identical"),
    ("32 levels", {"v": nested(31)}, "identical"),
    ("siblings", {"v": [[[n]] for n in range(100)]}, "identical"),
]


def record_bytes(data, numbers=None, extra_field=False):
    """A record past cfxdb's own build: any bytes and numbers, by the field's number in the schema."""
    builder = flatbuffers.Builder(0)
    offsets = {n: builder.CreateString(content) for n, content in sorted(data.items())}
    builder.StartObject(18 if extra_field else 17)
    for n, number in sorted((numbers or {}).items()):
        builder.PrependUint64Slot(n, number, 0)
    for n, offset in offsets.items():
        builder.PrependUOffsetTRelativeSlot(n, offset, 0)
    if extra_field:
        builder.PrependUint64Slot(17, 42, 0)
    builder.Finish(builder.EndObject())
    return bytes(builder.Output())


OID, CREATED_AT, MAX_AGE, NAME, VALUE, ON_NODE, TRANSPORT_INFO, SESSION, AUTHID, AUTHEXTRA = 0, 1, 2, 3, 4, 6, 8, 9, 12, 16
HOSTILE_OID = uuid.UUID(oid("hostile")).bytes


def hostile_record(data=None, numbers=None):
    return record_bytes(
        {OID: HOSTILE_OID, VALUE: b"hostile", **(data or {})}, {CREATED_AT: CREATED, MAX_AGE: 604800, **(numbers or {})}
    )


def foreign():
    """Records that are right though cfxdb builds none like them."""
    plain = {OID: HOSTILE_OID, VALUE: b"foreign", AUTHID: b"alice"}
    yield "later-schema", "a field that a later schema might add", record_bytes(plain, extra_field=True)

    builder = flatbuffers.Builder(0)
    oid_vector = builder.CreateByteVector(HOSTILE_OID)
    shared = builder.CreateString("shared")
    Table.CookieStart(builder)
    Table.CookieAddOid(builder, oid_vector)
    for add in (Table.CookieAddName, Table.CookieAddValue, Table.CookieAddAuthid, Table.CookieAddAuthrole):
        add(builder, shared)
    builder.Finish(Table.CookieEnd(builder))
    yield "shared-text", "one string for four fields, and a byte vector without a NUL", bytes(builder.Output())

    empty = {OID: HOSTILE_OID, NAME: b"", VALUE: b"", ON_NODE: b"", AUTHID: b"", AUTHEXTRA: b""}
    yield "present-but-empty", "empty text and vectors that are there", record_bytes(empty)

    indefinite = bytes.fromhex("bf61619f01ff6162bfffff")
    yield "indefinite-length", "authextra in indefinite-length CBOR", record_bytes({**plain, AUTHEXTRA: indefinite})

    siblings = b"\xa1\x61a\x98\x28" + b"\x81\x9f\x01\xff" * 40
    yield "indefinite-siblings", "40 short indefinite-length lists side by side", record_bytes(
        {**plain, AUTHEXTRA: siblings}
    )


def patch(data, at, layout, number):
    changed = bytearray(data)
    struct.pack_into(layout, changed, at, number)
    return bytes(changed)


def field_position(data, n):
    (table,) = struct.unpack_from("<I", data, 0)
    vtable = table - struct.unpack_from("<i", data, table)[0]
    return table, vtable, vtable + 4 + 2 * n, table + struct.unpack_from("<H", data, vtable + 4 + 2 * n)[0]


def hostile():
    """Name, bytes, when the error comes (cast or read), its code, its details.field."""
    good = hostile_record()
    table, vtable, value_entry, value_at = field_position(good, VALUE)
    value_text = value_at + struct.unpack_from("<I", good, value_at)[0]
    broken = [
        ("no bytes", b"", "root"),
        ("one byte", b"\x00", "root"),
        ("all zero", bytes(64), "root"),
        ("all ones", b"\xff" * 64, "root"),
        ("text", b"this is no FlatBuffers table at all, just some text", "root"),
        ("root offset past the end", patch(good, 0, "<I", len(good)), "root"),
        ("root offset of 4 GiB", patch(good, 0, "<I", 2**32 - 1), "root"),
        ("root offset into itself", patch(good, 0, "<I", 0), "root"),
        ("vtable before the start", patch(good, table, "<i", table + 1), "vtable"),
        ("vtable past the end", patch(good, table, "<i", table - len(good)), "vtable"),
        ("vtable too long", patch(good, vtable, "<H", 0xFFFE), "vtable"),
        ("vtable of odd size", patch(good, vtable, "<H", 13), "vtable"),
        ("table too long", patch(good, vtable + 2, "<H", 0xFFFF), "vtable"),
        ("field outside its table", patch(good, value_entry, "<H", 0xFFF0), VALUE),
        ("field over the vtable offset", patch(good, value_entry, "<H", 2), VALUE),
        ("text offset past the end", patch(good, value_at, "<I", len(good)), VALUE),
        ("text offset of 4 GiB", patch(good, value_at, "<I", 2**32 - 1), VALUE),
        ("text length past the end", patch(good, value_text, "<I", len(good)), VALUE),
        ("text length of 4 GiB", patch(good, value_text, "<I", 2**32 - 1), VALUE),
        ("no oid", record_bytes({VALUE: b"x"}), "oid"),
        ("empty oid", hostile_record({OID: b""}), "oid"),
        ("oid of 15 bytes", hostile_record({OID: HOSTILE_OID[:15]}), "oid"),
        ("oid of 17 bytes", hostile_record({OID: HOSTILE_OID + b"x"}), "oid"),
        ("oid as text", hostile_record({OID: oid("hostile").encode()}), "oid"),
    ]
    for name, data, field in broken:
        yield name, data, "cast", "ERR_RECORD_INVALID", field
    unreadable = [
        ("value that is no UTF-8", {VALUE: b"caf\xe9"}, {}, "value"),
        ("authid with an overlong form", {AUTHID: b"\xc0\xaf"}, {}, "authid"),
        ("authid with a UTF-8 surrogate", {AUTHID: b"a\xed\xa0\x80"}, {}, "authid"),
        ("authid cut in a character", {AUTHID: "\u65e5".encode()[:2]}, {}, "authid"),
        ("node of 4 bytes", {ON_NODE: b"node"}, {}, "authenticated_on_node"),
        ("max_age of 2^64 - 1", {}, {MAX_AGE: 2**64 - 1}, "max_age"),
        ("session of 2^53", {}, {SESSION: 2**53}, "authenticated_session"),
    ]
    for name, data, numbers, field in unreadable:
        yield name, hostile_record(data, numbers), "read", "ERR_RECORD_INVALID", field
    extras = [
        ("authextra is a list", cbor2.dumps([1, 2])),
        ("authextra is a number", cbor2.dumps(1)),
        ("authextra is text", cbor2.dumps("x")),
        ("authextra is null", cbor2.dumps(None)),
        ("authextra is bytes", cbor2.dumps(b"x")),
        ("authextra is a big integer", cbor2.dumps(2**70)),
        ("lists 450 deep", cbor2.dumps({"a": nested(450)})),
        ("lists 33 deep", cbor2.dumps({"a": nested(32)})),
        ("maps 2,000 deep", b"\xa1\x61a" * 2_000 + b"\x01"),
        ("tags 2,000 deep", b"\xa1\x61a" + b"\xc2" * 2_000 + b"\x40"),
        ("date tag", b"\xa1\x61a\xc0\x74" + b"2026-01-01T00:00:00Z"),
        ("set tag", b"\xa1\x61a\xd9\x01\x02\x80"),
        ("cyclic by shared values", b"\xa1\x61a\xd8\x1c\x81\xd8\x1d\x00"),
        ("big integer of text", b"\xa1\x61a\xc2\x63abc"),
        ("big integer of a list", b"\xa1\x61a\xc2\x81\x01"),
        ("cut in the middle", cbor2.dumps({"a": "long enough"})[:-3]),
        ("more after the map", cbor2.dumps({"a": 1}) + b"\x00"),
        ("a break alone", b"\xff"),
        ("a break as a value", b"\xa1\x61a\xff"),
        ("equal keys", b"\xa2\x61a\x01\x61a\x02"),
        ("equal __proto__ keys", b"\xa2\x69__proto__\x01\x69__proto__\x02"),
        ("integer keys", cbor2.dumps({1: 2})),
        ("integer keys inside", cbor2.dumps({"a": {1: 2}})),
        ("list of 2^32 entries", b"\xa1\x61a\x9b\x00\x00\x00\x01\x00\x00\x00\x00\x01"),
        ("map of 2^64 - 1 entries", b"\xbb" + b"\xff" * 8),
        ("text of 2^64 - 1 bytes", b"\xa1\x61a\x7b" + b"\xff" * 8),
        ("bytes of 2^31 bytes", b"\xa1\x61a\x5a\x80\x00\x00\x00"),
        ("reserved head", b"\xa1\x61a\x1c"),
        ("text that is no UTF-8", b"\xa1\x61a\x62\xc3\x28"),
        ("key that is no UTF-8", b"\xa1\x61\xff\x01"),
    ]
    for name, extra in extras:
        yield name, hostile_record({AUTHEXTRA: extra}), "read", "ERR_RECORD_CBOR", "authextra"
    yield (
        "transport info is a list",
        hostile_record({TRANSPORT_INFO: cbor2.dumps([1])}),
        "read",
        "ERR_RECORD_CBOR",
        "authenticated_transport_info",
    )


def records():
    """The fields are what cfxdb itself reads in the bytes."""
    for name, about, fields, rebuild in RECORDS:
        data = cookie_to_bytes(cookie_from_json(fields))
        yield {"name": name, "about": about, "builtBy": "cfxdb", "rebuild": rebuild} | decoded(data)
    for name, about, data in foreign():
        yield {"name": name, "about": about, "builtBy": "hand", "rebuild": "equal"} | decoded(data)


def decoded(data):
    return {"fields": cookie_to_json(Cookie.cast(data)), "hex": data.hex()}


def make_records():
    # Fixed for one set of versions; the check leaves them out.
    versions = {name: version(name) for name in ("cfxdb", "zlmdb", "cbor2")}
    return {
        "madeBy": versions,
        "records": list(records()),
        "cbor": [
            {"name": name, "value": to_json(item), "hex": cbor2.dumps(item).hex(), "rebuild": rebuild}
            for name, item, rebuild in CBOR
        ],
        "hostile": [
            {"name": name, "when": when, "code": code, "field": field, "hex": data.hex()}
            for name, data, when, code, field in hostile()
        ],
    }


def database_cookies():
    """The records with a value, then tracking and authenticated cookies in turn: 30 in all."""
    cookies = [fields for _, _, fields, _ in RECORDS if fields.get("value")]
    for n in range(30 - len(cookies)):
        name = f"database-{n}"
        created = str(CREATED + n * DAY_NS)
        if n % 3 == 0:
            cookies.append(tracking(name, created=created))
        else:
            cookies.append(authenticated(name, created=created, authid=f"user{n}@example.com", authextra={"n": n}))
    return cookies


class Site(zlmdb.MapStringString):
    """A table of the site's own."""


def make_database(directory, format, shifted):
    db = zlmdb.Database(dbpath=str(directory), maxsize=MAPSIZE, lib_version=format)
    if shifted:
        db.attach_table(Sessions)
        site = db.attach_table(zlmdb.table("0c1a4f0e-7d0b-4a52-8d0e-6a1b7f4f2d30")(Site))
        with db.begin(write=True) as txn:
            site[txn, "motd"] = "hello"
    schema = CookieStoreSchema.attach(db)
    with db.begin(write=True) as txn:
        for fields in database_cookies():
            cookie = cookie_from_json(fields)
            schema.cookies[txn, cookie.oid] = cookie
    db.__exit__(None, None, None)
    (directory / "lock.mdb").unlink()


def dump(directory):
    """Every key and value, hex. Works on a copy: opening makes a lock file."""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copy(directory / "data.mdb", copy)
        db = zlmdb.Database(dbpath=copy, maxsize=MAPSIZE)
        with db.begin() as txn:
            pairs = {bytes(key).hex(): bytes(data).hex() for key, data in txn._txn.cursor()}
        db.__exit__(None, None, None)
        return pairs


def to_lines(content):
    """JSON with one line for each vector and each key, so that a difference shows which."""
    if isinstance(content, list):
        return "[\n" + ",\n".join(json.dumps(item) for item in content) + "\n]"
    return "{\n" + ",\n".join(f"{json.dumps(key)}: {_lines_or_line(item)}" for key, item in content.items()) + "\n}"


def _lines_or_line(item):
    return to_lines(item) if isinstance(item, list) else json.dumps(item)


def write_json(path, content):
    path.write_text(to_lines(content) + "\n")


DATABASES = {"db-0.9": ("0.9", False), "db-shifted": ("0.9", True), "db-1.0": ("1.0", False)}


def make(target):
    write_json(target / "records.json", make_records())
    for name, (format, shifted) in DATABASES.items():
        shutil.rmtree(target / name, ignore_errors=True)
        make_database(target / name, format, shifted)
        write_json(target / f"{name}.json", dump(target / name))


def main():
    command, directory = sys.argv[1:]
    if command == "make":
        make(pathlib.Path(directory))
    elif command == "dump":
        json.dump(dump(pathlib.Path(directory)), _output)
    else:
        raise SystemExit(f"no such command: {command}")


if __name__ == "__main__":
    main()
