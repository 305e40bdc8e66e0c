"""A backend that keeps its users' sessions by WAMP procedures: log in, who is this, list, log out everywhere.

    python examples/sessions/backend.py ws://127.0.0.1:8081 backend SECRET-FILE

Needs autobahn with Twisted (it comes with crossbar). The router has the role `backend`, to which the component's
configuration gives these procedures (config/sessions.json, config/crossbar/sessions.json).
"""

import sys

from autobahn.twisted.component import Component
from autobahn.wamp.exception import ApplicationError
from twisted.internet.defer import inlineCallbacks
from twisted.internet.task import react

PREFIX = "com.example.session."
url, authid, secret_file = sys.argv[1:4]
with open(secret_file) as file:
    secret = file.read().strip()

failures = []
component = Component(
    transports=[{"type": "websocket", "url": url, "max_retries": 0}],
    realm="realm1",
    authentication={"wampcra": {"authid": authid, "secret": secret}},
)


@component.on_join
@inlineCallbacks
def joined(session, _details):
    def call(name, **kwargs):
        return session.call(PREFIX + name, **kwargs)

    def on_logout(authid, reason, **_event):
        print(f"event: {authid} logged out ({reason})", flush=True)

    try:
        # Events tell every change, and never a value.
        yield session.subscribe(on_logout, PREFIX + "on_logout")

        # After your own check of the password: the browser's address and agent are for the user's list of sessions.
        login = yield call(
            "login",
            authid="joe",
            authrole="user",
            scope="read write",
            device={"peer": "192.0.2.7", "user_agent": "Mozilla/5.0"},
        )
        # Send this header to the browser. It holds the secret: don't log it.
        print(f"Set-Cookie has {len(login['set_cookie'])} characters")

        user = yield call("get_user", value=login["value"], scope="read")
        print(f"this is {user['authid']}, scope {' '.join(user['scope'])}")

        sessions = yield call("list", authid="joe")
        print(f"joe has {len(sessions['sessions'])} session(s)")

        answer = yield call("logout_user", authid="joe")
        print(f"ended: {len(answer['ended'])} session(s)")

        print(f"and now: {(yield call('get_user', value=login['value']))}")
    except ApplicationError as error:
        failures.append(f"{error.error}: {error.args}")
    finally:
        session.leave()


@component.on_connectfailure
def cannot_join(_component, error):
    failures.append(f"no connection: {error}")


@inlineCallbacks
def main(reactor):
    try:
        yield component.start(reactor)
    except RuntimeError as error:  # all tries have failed
        failures.append(str(error))
    if failures:
        print("\n".join(failures), file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    react(main)
