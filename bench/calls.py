# A dynamic authenticator in Python on the same database: what one would write with autobahn and cfxdb.
# `calls.py URL REALM PROCEDURE TICKET PATH`. Any line in: CPU time so far out, in microseconds.

import os
import resource
import sys
import threading

protocol = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # zlmdb prints when it opens a database

import zlmdb  # noqa: E402
from autobahn.twisted.component import Component, run  # noqa: E402
from autobahn.wamp.exception import ApplicationError  # noqa: E402
from cfxdb.cookiestore import CookieStoreSchema  # noqa: E402
from twisted.internet import reactor  # noqa: E402

url, realm, procedure, ticket, path = sys.argv[1:]
db = zlmdb.Database.open(dbpath=path, maxsize=2**36, readonly=False)
schema = CookieStoreSchema.attach(db)

component = Component(
    transports=[{"type": "websocket", "url": url, "serializers": ["cbor"]}],
    realm=realm,
    authentication={"ticket": {"authid": "python", "ticket": ticket}},
)


def cookie_of(header):
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == "cbtid":
            return value
    return None


def authenticate(realm, authid, details):
    value = cookie_of(details["transport"]["http_headers_received"].get("cookie", ""))
    with db.begin() as txn:
        oid = schema.idx_cookies_by_value[txn, value] if value else None
        cookie = schema.cookies[txn, oid] if oid else None
        if cookie is None or cookie.authrealm != realm:
            raise ApplicationError("wamp.error.authentication_failed", "authentication failed")
        return {
            "realm": cookie.authrealm,
            "authid": cookie.authid,
            "role": cookie.authrole,
            "extra": cookie.authextra,
        }


@component.on_join
async def joined(session, details):
    await session.register(authenticate, procedure)
    print("ready", file=protocol, flush=True)
    threading.Thread(target=answer, daemon=True).start()


def answer():
    for _ in sys.stdin:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        print(round((usage.ru_utime + usage.ru_stime) * 1e6), 0, file=protocol, flush=True)
    reactor.callFromThread(reactor.stop)


run([component], log_level="warn")
