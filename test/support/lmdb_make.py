# Makes LMDB environments with the engines that zlmdb vendors (LMDB 0.9 and 1.0), and says what an engine reads in one.
# `lmdb_make.py '<JSON>'`, driven by lmdb-make.ts; prints one JSON object.

import ctypes
import hashlib
import json
import os
import random
import struct
import sys

from zlmdb import _lmdb_vendor as lmdb

MAP_SIZE = 2**30
NO_PAGE = 0xFFFFFFFFFFFFFFFF


def preformat_1_0(path, page_size):
    """mdb_env_set_pagesize, which the Python binding hasn't; then the engine writes the meta pages itself."""
    from zlmdb._lmdb_vendor import _lmdb1_cffi

    library = ctypes.CDLL(_lmdb1_cffi.__file__)
    environment = ctypes.c_void_p()
    steps = [
        lambda: library.mdb_env_create(ctypes.byref(environment)),
        lambda: library.mdb_env_set_pagesize(environment, ctypes.c_int(page_size)),
        lambda: library.mdb_env_open(environment, path.encode(), ctypes.c_uint(0), ctypes.c_int(0o600)),
    ]
    for step in steps:
        status = step()
        if status != 0:
            raise OSError(f"LMDB says {status}")
    library.mdb_env_close(environment)


def preformat_0_9(path, page_size):
    """LMDB 0.9 can't be told a page size: the two meta pages as mdb_env_init_meta writes them; the engine takes it."""
    pages = b""
    for number in (0, 1):
        header = struct.pack("<QHHHH", number, 0, 8, 0, 0)
        meta = struct.pack("<IIQQ", 0xBEEFC0DE, 1, 0, MAP_SIZE)
        free = struct.pack("<IHHQQQQQ", page_size, 8, 0, 0, 0, 0, 0, NO_PAGE)
        main = struct.pack("<IHHQQQQQ", 0, 0, 0, 0, 0, 0, 0, NO_PAGE)
        pages += (header + meta + free + main + struct.pack("<QQ", 1, 0)).ljust(page_size, b"\0")
    with open(os.path.join(path, "data.mdb"), "xb") as file:
        file.write(pages)


def open_environment(path, format, page_size=None, **options):
    os.makedirs(path, exist_ok=True)
    if page_size is not None:
        (preformat_0_9 if format == "0.9" else preformat_1_0)(path, page_size)
    return lmdb.open(path, map_size=MAP_SIZE, sync=False, lib_version=0 if format == "0.9" else 1, **options)


def fill(environment, entries, key_bytes, value_bytes, seed, rounds):
    """Puts, puts again and deletes at random in several transactions, so that there is a free list with gaps."""
    chance = random.Random(seed)
    keys = []
    for round in range(rounds):
        with environment.begin(write=True) as txn:
            for _ in range(entries // rounds):
                key = chance.randbytes(chance.randint(1, key_bytes))
                keys.append(key)
                txn.put(key, chance.randbytes(chance.randint(0, value_bytes)))
            for key in chance.sample(keys, len(keys) // 10) if round else []:
                txn.delete(key)


def special(environment, kind):
    """What random entries don't come upon."""
    if kind == "unwritten":  # so that there are free pages to begin with
        for n in range(6):
            with environment.begin(write=True) as txn:
                for i in range(200):
                    txn.put(b"%06d" % i, b"%d" % n * 50)
    with environment.begin(write=True) as txn:
        if kind == "megabyte":
            for n in range(5):
                txn.put(b"big-%d" % n, bytes([n]) * (2**20 + n))
        elif kind == "shortened":  # in one transaction: the value keeps its overflow pages (mdb_cursor_put)
            txn.put(b"key", b"x" * 40_000)
            txn.put(b"key", b"short")
        elif kind == "unwritten":  # pages from the file's end that are free again before they are written
            txn.put(b"kept", b"value")
            txn.put(b"gone", b"x" * 2**20)
            txn.delete(b"gone")


def describe(path):
    with lmdb.open(path, map_size=MAP_SIZE, readonly=True, lock=False) as environment:
        digest = hashlib.sha256()
        count = 0
        with environment.begin() as txn:
            for key, value in txn.cursor():
                digest.update(struct.pack("<II", len(key), len(value)) + key + value)
                count += 1
            stat = txn.stat(environment.open_db(None, txn))
        return {
            "count": count,
            "sha256": digest.hexdigest(),
            "pageSize": stat["psize"],
            "depth": stat["depth"],
            "overflowPages": stat["overflow_pages"],
            "lastPage": environment.info()["last_pgno"],
            "engine": environment.lib_version()[:2],
        }


def main():
    request = json.loads(sys.argv[1])
    path = request["path"]
    if "format" in request:
        named = request.get("special") == "named"
        with open_environment(
            path, request["format"], request.get("pageSize"), writemap=request.get("writeMap", False), max_dbs=named
        ) as environment:
            if "entries" in request:
                fill(
                    environment,
                    request["entries"],
                    request.get("keyBytes", 40),
                    request.get("valueBytes", 60),
                    request.get("seed", 1),
                    request.get("rounds", 4),
                )
            if named:
                with environment.begin(write=True) as txn:
                    txn.put(b"k", b"v", db=environment.open_db(b"named", txn))
            elif "special" in request:
                special(environment, request["special"])
    print(json.dumps(describe(path)))


main()
