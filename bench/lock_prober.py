# Asks for LMDB's write lock every so often, as a router does, and gives it back at once. Any line in: the waiting times
# since the last one, in ms, as JSON. `lock_prober.py PATH INTERVAL_MS`

import json
import os
import select
import sys
import time

protocol = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # zlmdb prints when it opens a database

import zlmdb  # noqa: E402

path, interval = sys.argv[1], float(sys.argv[2]) / 1000
db = zlmdb.Database.open(dbpath=path, maxsize=2**36, readonly=False)
waits = []
due = time.perf_counter()
print("ready", file=protocol, flush=True)
while True:
    # Not a fixed rhythm after a long wait: a router has one transaction at a time.
    due = max(due + interval, time.perf_counter())
    if select.select([sys.stdin], [], [], max(0, due - time.perf_counter()))[0]:
        if not sys.stdin.readline():
            break
        print(json.dumps(waits), file=protocol, flush=True)
        waits = []
        due = time.perf_counter()
        continue
    start = time.perf_counter()
    with db.begin(write=True):
        waits.append((time.perf_counter() - start) * 1000)
