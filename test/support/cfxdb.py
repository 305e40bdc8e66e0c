# cfxdb, zlmdb and Crossbar's cookie store behind JSON lines: one request a line on stdin, one answer a line on stdout.
# Driven by cfxdb.ts. Requests are done one after the other; end of input ends the process.

import os
import sys

# zlmdb prints to stdout when it opens a database: the answers get a descriptor of their own.
_answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
sys.stdout = sys.stderr
# This file has the name of the package it imports: its folder comes last.
sys.path.append(sys.path.pop(0))

import json  # noqa: E402
import struct  # noqa: E402
import time  # noqa: E402
import traceback  # noqa: E402
import uuid  # noqa: E402

import cbor2  # noqa: E402
import numpy as np  # noqa: E402
import zlmdb  # noqa: E402
from cfxdb.cookiestore import Cookie, CookieStoreSchema  # noqa: E402
from cfxdb.realmstore._session import Sessions  # noqa: E402
from cookie_json import cookie_from_json, cookie_to_bytes, cookie_to_json, from_json, to_json  # noqa: E402

DEFAULT_MAXSIZE = 1024 * 2**20  # as Crossbar has it


class Store:
    """One open database."""

    def __init__(self, path, format=None, maxsize=DEFAULT_MAXSIZE, readonly=False, sync=True, shifted=False):
        self.path = path
        self.config = {"store": {"type": "database", "maxsize": maxsize, "readonly": readonly, "sync": sync}}
        self.db = zlmdb.Database.open(
            dbpath=path, maxsize=maxsize, readonly=readonly, sync=sync, lib_version=format, context=self
        )
        if shifted:
            self.db.attach_table(Sessions)
        self.schema = CookieStoreSchema.attach(self.db)
        self._crossbar = None

    @property
    def crossbar(self):
        """Crossbar's own store on this database; zlmdb gives it the instance that is open already."""
        if self._crossbar is None:
            from crossbar.router.cookiestore import CookieStoreDatabaseBacked

            self._crossbar = CookieStoreDatabaseBacked(self.path, self.config)
        return self._crossbar

    def info(self):
        stats = self.db.stats()
        return {
            "format": self.db.lib_version,
            "recordSlot": self.schema.cookies._slot,
            "indexSlot": self.schema.idx_cookies_by_value._slot,
            "pageSize": stats["page_size"],
            "mapSize": stats["map_size"],
            "lastPage": stats["last_pgno"],
            "lastTransaction": stats["last_txnid"],
        }

    def close(self):
        self.db.__exit__(None, None, None)

    def put(self, fields):
        cookie = cookie_from_json(fields)
        with self.db.begin(write=True) as txn:
            self.schema.cookies[txn, cookie.oid] = cookie

    def put_many(self, cookies):
        with self.db.begin(write=True) as txn:
            for fields in cookies:
                cookie = cookie_from_json(fields)
                self.schema.cookies[txn, cookie.oid] = cookie

    def put_bytes(self, oid, hex, value=None):
        """Any bytes as a record, past cfxdb; with an index key if a value is given."""
        with self.db.begin(write=True) as txn:
            key = uuid.UUID(oid).bytes
            txn.put(struct.pack(">H", self.schema.cookies._slot) + key, bytes.fromhex(hex))
            if value is not None:
                txn.put(struct.pack(">H", self.schema.idx_cookies_by_value._slot) + value.encode(), key)

    def get_by_value(self, value):
        with self.db.begin() as txn:
            oid = self.schema.idx_cookies_by_value[txn, value]
            cookie = self.schema.cookies[txn, oid] if oid else None
            return cookie_to_json(cookie) if cookie else None

    def get_by_oid(self, oid):
        with self.db.begin() as txn:
            cookie = self.schema.cookies[txn, uuid.UUID(oid)]
            return cookie_to_json(cookie) if cookie else None

    def delete(self, oid):
        with self.db.begin(write=True) as txn:
            was = (txn, uuid.UUID(oid)) in self.schema.cookies
            del self.schema.cookies[txn, uuid.UUID(oid)]
            return was

    def dump(self):
        """Every key and value of the database, hex, in key order."""
        with self.db.begin() as txn:
            return {bytes(key).hex(): bytes(value).hex() for key, value in txn._txn.cursor()}

    def verify(self):
        """zlmdb's invariant: as many index keys as records with a value, each pointing to a record with that value."""
        problems = []
        with self.db.begin() as txn:
            records = {oid: cookie.value for oid, cookie in self.schema.cookies.select(txn)}
            index = dict(self.schema.idx_cookies_by_value.select(txn))
        for value, oid in index.items():
            if oid not in records:
                problems.append(f"an index key points to {oid}, which has no record")
            elif records[oid] != value:
                problems.append(f"an index key points to {oid}, which has another value")
        for oid, value in records.items():
            if value is not None and index.get(value) != oid:
                problems.append(f"record {oid} is not in the index")
        return {"records": len(records), "indexKeys": len(index), "problems": problems[:20]}

    def write_loop(self, seconds, prefix, perTransaction=1, updateEvery=0, deleteEvery=0, maxRecords=0):
        """
        Creates cookies `<prefix>-<n>` for a while; every so many are written again (authrole `updated`) or deleted,
        in a transaction of their own. What was deleted isn't updated.
        """
        done = {"transactions": 0, "created": 0, "updated": 0, "deleted": 0}
        started = time.monotonic()
        while time.monotonic() - started < seconds and not (maxRecords and done["created"] >= maxRecords):
            fresh = []
            with self.db.begin(write=True) as txn:
                for _ in range(perTransaction):
                    cookie = _loop_cookie(prefix, done["created"] + len(fresh))
                    self.schema.cookies[txn, cookie.oid] = cookie
                    fresh.append(cookie)
            done["transactions"] += 1
            for cookie in fresh:
                n = done["created"]
                done["created"] += 1
                if deleteEvery and n % deleteEvery == 0:
                    with self.db.begin(write=True) as txn:
                        del self.schema.cookies[txn, cookie.oid]
                    done["transactions"] += 1
                    done["deleted"] += 1
                elif updateEvery and n % updateEvery == 0:
                    with self.db.begin(write=True) as txn:
                        again = self.schema.cookies[txn, cookie.oid]
                        again.authrole = "updated"
                        self.schema.cookies[txn, cookie.oid] = again
                    done["transactions"] += 1
                    done["updated"] += 1
        return {**done, "seconds": time.monotonic() - started}

    # as Crossbar's router does it

    def create(self):
        value, header = self.crossbar.create()
        return {"value": value, "header": header}

    def exists(self, value):
        return self.crossbar.exists(value)

    def get_auth(self, value):
        authid, authrole, authmethod, authrealm, authextra = self.crossbar.getAuth(value)
        return {
            "authid": authid,
            "authrole": authrole,
            "authmethod": authmethod,
            "authrealm": authrealm,
            "authextra": to_json(authextra),
        }

    def set_auth(self, value, authid, authrole, authmethod, authextra, authrealm):
        return self.crossbar.setAuth(value, authid, authrole, authmethod, from_json(authextra), authrealm)

    def del_auth(self, value):
        return self.crossbar.delAuth(value)


def _loop_cookie(prefix, n):
    cookie = Cookie()
    cookie.oid = uuid.uuid4()
    cookie.created = np.datetime64(time.time_ns(), "ns")
    cookie.max_age = 604800
    cookie.name = "cbtid"
    cookie.value = f"{prefix}-{n}"
    cookie.authid = f"{prefix}@example.com"
    cookie.authrole = "user"
    cookie.authmethod = "wampcra"
    cookie.authrealm = "realm1"
    cookie.authextra = {"n": n}
    return cookie


def build(fields):
    return cookie_to_bytes(cookie_from_json(fields)).hex()


def cast(hex):
    return cookie_to_json(Cookie.cast(bytes.fromhex(hex)))


def cbor_dumps(value):
    return cbor2.dumps(from_json(value)).hex()


def cbor_loads(hex):
    return to_json(cbor2.loads(bytes.fromhex(hex)))


FUNCTIONS = {"build": build, "cast": cast, "cbor_dumps": cbor_dumps, "cbor_loads": cbor_loads}
METHODS = {
    name
    for name in vars(Store)
    if callable(getattr(Store, name)) and not name.startswith("_") and name != "close"
}


def answer(stores, op, path=None, **arguments):
    if op in FUNCTIONS:
        return FUNCTIONS[op](**arguments)
    if op == "open":
        stores[path] = Store(path, **arguments)
        return stores[path].info()
    if op == "close":
        stores.pop(path).close()
        return None
    if op in METHODS:
        return getattr(stores[path], op)(**arguments)
    raise KeyError(f"no such operation: {op}")


def main():
    stores = {}
    _send({"ready": True, "pid": os.getpid()})
    for line in sys.stdin:
        request = json.loads(line)
        number = request.pop("id")
        try:
            _send({"id": number, "result": answer(stores, **request)})
        except Exception as error:  # the caller's to judge; the process lives on
            _send(
                {
                    "id": number,
                    "error": {
                        "type": type(error).__name__,
                        "message": str(error),
                        "traceback": traceback.format_exc(),
                    },
                }
            )
    for store in stores.values():
        store.close()


def _send(message):
    _answers.write(json.dumps(message) + "\n")
    _answers.flush()


if __name__ == "__main__":
    main()
