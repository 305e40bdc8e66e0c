# The look-up as Crossbar's CookieStoreDatabaseBacked.getAuth does it: value -> oid -> record -> five fields.
# Reads a line with a number of look-ups, answers with the nanoseconds that they took.

import base64
import hashlib
import os
import sys
import time

protocol = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # zlmdb prints when it opens a database

import zlmdb  # noqa: E402
from cfxdb.cookiestore import CookieStoreSchema  # noqa: E402

path, size = sys.argv[1], int(sys.argv[2])
db = zlmdb.Database.open(dbpath=path, maxsize=2**36, readonly=False)
schema = CookieStoreSchema.attach(db)
step = 7919
at = 0


def value_of(n):
    return base64.b64encode(hashlib.sha256(str(n).encode()).digest()[:18]).decode()


print("ready", file=protocol, flush=True)
for line in sys.stdin:
    count = int(line)
    values = []
    for _ in range(count):
        at = (at + step) % size
        values.append(value_of(at))
    start = time.perf_counter_ns()
    for value in values:
        with db.begin() as txn:
            oid = schema.idx_cookies_by_value[txn, value]
            cookie = schema.cookies[txn, oid]
            found = (cookie.authid, cookie.authrole, cookie.authmethod, cookie.authrealm, cookie.authextra)
    elapsed = time.perf_counter_ns() - start
    assert found[0]
    print(elapsed, file=protocol, flush=True)
