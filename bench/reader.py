# `reader.py make PATH FORMAT SIZE`: a database of SIZE cookies. `reader.py raw PATH SIZE`: look-ups on request, as
# lookup.py does them, but the raw bytes only: value -> oid -> record, in one read transaction of zlmdb's own engine.

import base64
import hashlib
import os
import struct
import sys
import time

protocol = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # zlmdb prints when it opens a database

import numpy as np  # noqa: E402
import uuid  # noqa: E402
import zlmdb  # noqa: E402
from cfxdb.cookiestore import Cookie, CookieStoreSchema  # noqa: E402

STEP = 7919
BATCH = 5000


def value_of(n):
    """The same as cookieValueOf in lookup-database.ts."""
    return base64.b64encode(hashlib.sha256(str(n).encode()).digest()[:18]).decode()


def make(path, format, size):
    db = zlmdb.Database.open(dbpath=path, maxsize=2**32, sync=False, lib_version=format)
    schema = CookieStoreSchema.attach(db)
    for first in range(0, size, BATCH):
        with db.begin(write=True) as txn:
            for n in range(first, min(first + BATCH, size)):
                cookie = Cookie()
                cookie.oid = uuid.uuid4()
                cookie.created = np.datetime64(time.time_ns(), "ns")
                cookie.max_age = 31_536_000
                cookie.name = "cbtid"
                cookie.value = value_of(n)
                cookie.authid = f"user{n}@example.com"
                cookie.authrole = "user"
                cookie.authmethod = "wampcra"
                cookie.authrealm = "realm1"
                cookie.authextra = {"name": f"User {n}", "department": "sales"}
                schema.cookies[txn, cookie.oid] = cookie
    db.__exit__(None, None, None)


def raw(path, size):
    db = zlmdb.Database.open(dbpath=path, maxsize=2**36, readonly=False)
    schema = CookieStoreSchema.attach(db)
    index = struct.pack(">H", schema.idx_cookies_by_value._slot)
    records = struct.pack(">H", schema.cookies._slot)
    at = 0
    print("ready", file=protocol, flush=True)
    for line in sys.stdin:
        values = []
        for _ in range(int(line)):
            at = (at + STEP) % size
            values.append(value_of(at))
        start = time.perf_counter_ns()
        for value in values:
            with db.begin() as txn:
                found = txn.get(records + txn.get(index + value.encode()))
        elapsed = time.perf_counter_ns() - start
        assert found
        print(elapsed, file=protocol, flush=True)


if sys.argv[1] == "make":
    make(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    raw(sys.argv[2], int(sys.argv[3]))
