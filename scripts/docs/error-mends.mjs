// What docs/errors.md says beside the comments of src/errors.ts: when a code is met, and how to mend it.
// scripts/generate-errors-docs.mjs refuses a code without an entry, and an entry without a code.

/** Code -> [when, mend]. */
export const ERROR_MENDS = {
  ERR_CONFIG_READ: [
    "`start`, `check-config`, and every command with `--config`",
    "Check the path, and that the user of this process may read the file.",
  ],
  ERR_CONFIG_SYNTAX: [
    "`start`, `check-config`, and every command with `--config`; the message has line and column",
    "JSON has no comments, no comma after the last item, and double quotes only.",
  ],
  ERR_CONFIG_INVALID: [
    "`start`, every command with `--config`, and `check-config` for Crossbar's node configuration; every wrong key is named by its path",
    "Compare with [configuration.md](configuration.md); name the schema as `$schema`, and an editor shows it while you type.",
  ],
  ERR_CONFIG_SECRET: [
    "`start` and `check-config`, with the environment that they were given",
    "Set the environment variable or make the file that the message names. Under systemd neither your shell's environment nor your home is there.",
  ],
  ERR_ENGINE_MISSING: [
    "opening a database in LMDB 0.9 format",
    "`wamp-cookie-authenticator build-native`. Installing with `--ignore-scripts`, and pnpm, leave that out.",
  ],
  ERR_ENGINE_WRONG_VERSION: [
    "opening a database in LMDB 0.9 format, after something has changed this package's `native/`",
    "`wamp-cookie-authenticator build-native`, and don't share `native/` with another `lmdb`.",
  ],
  ERR_ENGINE_BUILD: [
    "`build-native`, also when npm installs the package",
    "Install a C++ compiler, `make` and Python 3; the last lines of the compiler are in the message.",
  ],
  ERR_STORE_NOT_FOUND: [
    "any use of the database; a running component waits until it is there, and refuses clients meanwhile",
    "Check `store.path`: the directory with `data.mdb`, relative to the configuration file. `db init PATH` makes a database that Crossbar will use.",
  ],
  ERR_STORE_EXISTS: [
    "`db init`, and whatever makes a new directory",
    "Choose a new directory. Nothing was changed.",
  ],
  ERR_STORE_ACCESS: [
    "any use of the database; of a Valkey or Redis: the login, the rights of its user, or TLS",
    "On Valkey or Redis: [valkey.md](valkey.md) has the ACL lines: one for the component, one with more rights for `db verify`; for TLS compare `store.tls`. On LMDB: check owner and mode of the directory, its files and those above it. Readers need to write `lock.mdb` too. If Crossbar runs as another user: `db init --group-id`.",
  ],
  ERR_STORE_NOT_LMDB: [
    "any use of the database",
    "Is it the right directory? If it is, restore a backup; see [troubleshooting](guides/troubleshooting.md).",
  ],
  ERR_STORE_FORMAT: [
    "writing to a database in LMDB 1.0, or opening one of a version that is neither 0.9 nor 1.0, or that is encrypted",
    "[lmdb-formats.md](guides/lmdb-formats.md): stop Crossbar, `db convert`, put the new directory in the place of the old one.",
  ],
  ERR_STORE_TRUNCATED: [
    "any use of the database, mostly after a full disk or a copy with `cp`",
    "Restore a backup. Never copy a database that is in use with `cp`.",
  ],
  ERR_STORE_DAMAGED: [
    "any use of the database; `db verify` shows how far it goes",
    "Restore a backup; check the disk and its file system.",
  ],
  ERR_STORE_BUSY: [
    "reading beside a writer that commits without end, verifying, converting; `convert` and other work that needs the database to itself, while somebody has it open",
    "Try again; or stop Crossbar for the work, as the message says.",
  ],
  ERR_STORE_REPLACED: [
    "a running component whose database was made anew (`purge_on_startup`, `rm`)",
    "Nothing, if something starts it again (`Restart=always`): the process ends with status 5. Drop `purge_on_startup` from Crossbar's cookie store.",
  ],
  ERR_STORE_TABLES: [
    "opening a database that Crossbar hasn't used yet, or that isn't one of cookies",
    "Start Crossbar with this cookie store, or make the database by `db init`. If it has other tables: is it the right directory?",
  ],
  ERR_STORE_INCONSISTENT: [
    "looking a cookie up, `db verify`",
    "`db verify PATH`; `db verify --repair PATH` makes the indexes anew from the records.",
  ],
  ERR_STORE_OPEN_TWICE: [
    "the library: a second open of one path, also in a worker thread",
    "Share the open store, or use another process. LMDB allows one environment per process and database.",
  ],
  ERR_STORE_CLOSED: ["the library: a call after `close()`", "Close the store last."],
  ERR_STORE_VALUES: [
    "`start` and the library, with `store.hashValues` set otherwise than when the database was made",
    "Set it to what the database has, or begin with a new database.",
  ],
  ERR_STORE_READ_ONLY: [
    "a write, after the native engine has died three times within an hour on this database",
    "`db verify PATH`; the native engine is tried again after an hour, at the next start.",
  ],
  ERR_STORE_FULL: [
    "a write that would pass `store.maxSize`, or on Valkey or Redis the server's `maxmemory`; look-ups go on",
    "`cookies purge`; then on LMDB raise Crossbar's `maxsize`, and `store.maxSize` at most as far; on Valkey or Redis its `maxmemory`.",
  ],
  ERR_STORE_COMMIT: [
    "any write; nothing of it is stored",
    "Is the disk full, or the file system read-only? Then try again.",
  ],
  ERR_STORE_KEY: ["the library, and records of other programs", "A cookie value has 1 to 509 bytes."],
  ERR_STORE_UNAVAILABLE: [
    "any use of a Valkey or Redis; a running component refuses clients meanwhile, and tries for ever to reach it",
    "Nothing, if it passes: a failover takes some seconds. If not: do the servers run, have they a primary, and does the firewall let this machine through? [valkey.md](valkey.md)",
  ],
  ERR_STORE_CLOCK: [
    "The component's machine has a clock that is more than ten minutes ahead of the server's.",
    "Set both clocks right, by NTP for instance. Nothing was written: the time that a store has seen never goes back, and a " +
      "wrong one would end the sessions of everybody.",
  ],
  ERR_STORE_TIMEOUT: [
    "any use of a Valkey or Redis; a write may have been made all the same",
    "Is the server overloaded (`SLOWLOG GET`, its CPU), or the network slow? `store.timeout` is the limit.",
  ],
  ERR_STORE_REPLICAS: [
    "a write, with `store.wait` (then the write is made, but a failover may undo it) or with the server's `min-replicas-to-write` (then it isn't)",
    "Bring the replicas back: `INFO replication` on the primary shows them.",
  ],
  ERR_STORE_SERVER: [
    "opening a Valkey or Redis, and any use of it where others write to its keys",
    "The store needs Redis 7.0 or any Valkey, and a `store.prefix` that nobody else uses.",
  ],
  ERR_STORE_ASYNC_WRITE: [
    "the library: `writer.write(callback)`",
    "Do what must wait before the write: the router waits on the same lock.",
  ],
  ERR_RECORD_INVALID: [
    "looking that cookie up: its client gets `wamp.error.unavailable`, all others go on",
    "`db verify PATH` names the records; `cookies remove --oid OID` removes one.",
  ],
  ERR_RECORD_CBOR: [
    "looking that cookie up: its client gets `wamp.error.unavailable`, all others go on",
    "`db verify PATH` names the records; `cookies remove --oid OID` removes one.",
  ],
  ERR_COOKIE_FIELD: ["`cookies add` and the library", "The message names the field and its range."],
  ERR_COOKIE_FILE: [
    "`cookies import`, `cookies compare`; the message has the line, and nothing was written. With `--exact`: the file may lack cookies that its store had",
    "Mend or drop the lines; `--dry-run` names them all. An export without values can't be imported. For `--exact` export again, without a filter: [export-format.md](export-format.md#lines).",
  ],
  ERR_COOKIE_CONFLICT: [
    "`cookies import` with `--on-conflict fail`: nothing was written; `cookies compare`, which prints the differences",
    "`--on-conflict skip` keeps what the database has, `replace` takes what the file has, `--exact` deletes what the file lacks too.",
  ],
  ERR_COOKIE_VALUE_TAKEN: [
    "`cookies add` and the library",
    "Make a new value for each cookie: leave `--value-file` out, and one is made.",
  ],
  ERR_SESSION_ARGUMENT: [
    "a session operation; by WAMP it is `wamp.error.invalid_argument`",
    "The message names the argument: [procedures.md](procedures.md).",
  ],
  ERR_SESSION_LIMIT: [
    'a login with `sessions.perUser` and `"beyond": "refuse"`; by WAMP it is `<prefix>error.too_many_sessions`',
    "Let the user end a session (`my_sessions`, `logout_mine`), or raise the limit.",
  ],
  ERR_SESSION_ROLE: [
    "a login or rotation; by WAMP it is `<prefix>error.role_not_allowed`",
    "`authenticator.allowedRoles`, `deniedRoles` and `allowedRealms` say what sessions may have.",
  ],
  ERR_WEB_ORIGIN: [
    "a request of the web door",
    "Nothing, if the page is a stranger's. If it is yours, add it to `authenticator.origin.allow`; see [web.md](web.md).",
  ],
  ERR_WEB_INSECURE: [
    "a login of the web door",
    "Serve it over TLS; behind a proxy, name that in `authenticator.trustedProxies`, as [configuration.md](configuration.md) says.",
  ],
  ERR_WEB_HEADERS_SENT: [
    "a login or logout of the web door, after the response has begun",
    "Call it before the first `write` of the response.",
  ],
  ERR_AUTHENTICATE_TIMEOUT: [
    "a call by the router; its client gets `wamp.error.unavailable`",
    "Is the machine, or the disk of the database, overloaded? `authenticator.deadline` is the limit.",
  ],
  ERR_AUTHENTICATE_OVERLOAD: [
    "a call by the router; its client gets `wamp.error.unavailable`",
    "The store is slow, or clients flood the router: [troubleshooting](guides/troubleshooting.md). `authenticator.maxInFlight` is the limit.",
  ],
  ERR_WAMP_LOGIN: [
    "the connection to a router; it is tried again for ever",
    "Compare `routers[].auth` with the user, secret or key of the component's transport in Crossbar.",
  ],
  ERR_WAMP_CALL: [
    "calls to the router about live connections; they are made again",
    "Nothing, if it passes. If not: is the router overloaded, and has the component's role the permissions of `wamp.session.`?",
  ],
  ERR_HEALTH_LISTEN: [
    "`start`",
    "Another process has `health.port`, or `health.host` is no address of this machine.",
  ],
  ERR_METRICS_LISTEN: [
    "`start`",
    "Another process has `metrics.port`, or `metrics.host` is no address of this machine.",
  ],
  ERR_ARGUMENT: ["the command line", "`--help` after the command shows its arguments and options."],
  ERR_COOKIE_NOT_FOUND: ["the command line", "`cookies list` shows the oids."],
  ERR_PID_FILE: [
    "`start` and `reload`, with `--pid-file`",
    "Is the component running, as the same user, and with that pid file? `start` refuses a file of a process that runs.",
  ],
  ERR_INTERRUPTED: [
    "long commands that Ctrl-C or SIGTERM ended, and a question that wasn't answered with yes",
    "Nothing is half done: run the command again, and it goes on with what is left.",
  ],
};
