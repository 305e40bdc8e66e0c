# Crossbar's own file-backed cookie store: makes a file, or says what it has read in one. Driven by crossbar-cookie-file.ts.
# crossbar_cookie_file.py make|load FILE

import json
import os
import sys

_answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
# There is a cfxdb.py beside this file: its folder comes last.
sys.path.append(sys.path.pop(0))

from crossbar.router.cookiestore import CookieStoreFileBacked  # noqa: E402

CONFIG = {"name": "cbtid", "length": 24, "max_age": 3600, "store": {"type": "file"}}


def make(store):
    """A mere tracking cookie, three users, one of them changed and one logged out."""
    tracking, _ = store.create()
    joe, _ = store.create()
    store.setAuth(joe, "joe", "user", "wampcra", {"team": "blue", "n": 1.5}, "realm1")
    store.setAuth(joe, "joe", "admin", "wampcra", {"team": "rot € é"}, "realm1")
    ann, _ = store.create()
    store.setAuth(ann, "ann", "user", "ticket", None, "realm2")
    gone, _ = store.create()
    store.setAuth(gone, "bob", "user", "ticket", None, "realm2")
    store.delAuth(gone)
    return {"tracking": tracking, "joe": joe, "ann": ann, "gone": gone}


def load(store):
    return {
        value: [*store.getAuth(value), cookie["max_age"], cookie["created"]]
        for value, cookie in store._cookies.items()
    }


what, path = sys.argv[1:]
answer = {"make": make, "load": load}[what](CookieStoreFileBacked(path, CONFIG))
_answers.write(json.dumps(answer))
_answers.flush()
