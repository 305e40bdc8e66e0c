# Logins as Crossbar stores them: its own CookieStoreDatabaseBacked, synced commits. A line `create N` or `setAuth N`
# in, ns out. `setAuth` logs in with the cookies that the last `create` made.

import os
import sys
import time

protocol = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # zlmdb prints when it opens a database

import txaio  # noqa: E402

txaio.use_twisted()
from crossbar.router.cookiestore import CookieStoreDatabaseBacked  # noqa: E402

store = CookieStoreDatabaseBacked(sys.argv[1], {"store": {"type": "database", "maxsize": 2**36, "sync": True}})
values = []
logins = 0
print("ready", file=protocol, flush=True)
for line in sys.stdin:
    operation, count = line.split()
    if operation == "create":
        values = []
    start = time.perf_counter_ns()
    if operation == "create":
        for _ in range(int(count)):
            values.append(store.create()[0])
    else:
        for value in values[: int(count)]:
            logins += 1
            extra = {"name": f"User {logins}", "department": "sales"}
            assert store.setAuth(value, f"user{logins}@example.com", "user", "wampcra", extra, "realm1")
    print(time.perf_counter_ns() - start, file=protocol, flush=True)
