// The procedures for administrators and backends: about any session of the caller's realm.

import type { Device, SessionKey } from "../session/session.js";
import { findLimit, findRealm } from "./caller.js";
import type { Procedures } from "./procedure.js";
import type { DeviceArgument, KeyArguments } from "./procedure-arguments.js";
import { noSuchSession } from "./procedure-error.js";
import type { ADMINISTRATION_NAMES } from "./procedure-names.js";
import type { ProcedureRules } from "./procedure-rules.js";
import { toIssuedMap, toSessionMap } from "./session-map.js";
import type { SessionOperations } from "./session-operations.js";
import { toStatsMap } from "./stats-map.js";

export function createAdministration(
  sessions: SessionOperations,
  rules: ProcedureRules,
): Procedures<(typeof ADMINISTRATION_NAMES)[number]> {
  return {
    async login(args, caller) {
      const authrealm = findRealm(args.authrealm, caller, rules) ?? caller.realm;
      const request = {
        authid: args.authid,
        authrole: args.authrole,
        authrealm,
        authmethod: args.authmethod,
        scope: args.scope,
        maxAgeSeconds: args.max_age,
        authTime: args.auth_time,
        authCode: args.auth_code,
        authextra: args.authextra,
        device: toDevice(args.device),
        presentedValue: args.presented_value,
      };
      const issued = await sessions.login(request, findLimit(caller, rules));
      const touched = { oid: issued.session.oid, authid: args.authid, authrealm, count: 1 };
      return { result: toIssuedMap(issued), touched };
    },

    async get_user(args, caller) {
      const authrealm = findRealm(args.authrealm, caller, rules);
      const key = toKey(args);
      const { scope, max_auth_age: maxAuthAgeSeconds, auth_code: authCode } = args;
      const session = await sessions.getUser(key, { scope, maxAuthAgeSeconds, authCode }, { authrealm });
      if (session === null) return { result: null, touched: ofKey(args, authrealm) };
      if (args.touch) await sessions.touch({ oid: session.oid }, toDevice(args.device), { authrealm });
      return { result: toSessionMap(session), touched: session };
    },

    async update(args, caller) {
      const authrealm = findRealm(args.authrealm, caller, rules);
      const changes = { scope: args.scope, maxAgeSeconds: args.max_age };
      const session = await sessions.update(toKey(args), changes, { authrealm });
      if (session === null) return { result: null, touched: { ...ofKey(args, authrealm), count: 0 } };
      return { result: toSessionMap(session), touched: { ...session, count: 1 } };
    },

    async rotate(args, caller) {
      const authrealm = findRealm(args.authrealm, caller, rules);
      const { new_authrole: authrole, new_authrealm: newRealm } = args;
      // A session moves to another realm only if the caller might have logged in there.
      if (newRealm !== undefined) findRealm(newRealm, caller, rules);
      const session = await sessions.find(toKey(args), { authrealm });
      if (session === undefined) throw noSuchSession(rules.prefix);
      const changes = { authrole, authrealm: newRealm };
      const issued = await sessions.rotate(toKey(args), changes, findLimit(caller, rules));
      if (issued === null) throw noSuchSession(rules.prefix); // it has ended meanwhile
      return { result: toIssuedMap(issued), touched: { ...issued.session, count: 1 } };
    },

    async logout(args, caller) {
      const authrealm = findRealm(args.authrealm, caller, rules);
      const ended = await sessions.logout(toKey(args), { authrealm });
      const touched = { ...ofKey(args, authrealm), count: ended ? 1 : 0 };
      return { result: { ended, clear_cookie: sessions.clearCookie() }, touched };
    },

    async list(args, caller) {
      const { authid, limit, after } = args;
      const authrealm = findRealm(args.authrealm, caller, rules);
      const page = await sessions.list({ authid, authrealm, limit, after });
      return {
        result: { sessions: page.sessions.map(toSessionMap), next: page.next ?? null },
        touched: { authid, authrealm: authrealm ?? null },
      };
    },

    async logout_user({ authid, except_oid: exceptOid, authrealm: asked }, caller) {
      const authrealm = findRealm(asked, caller, rules);
      const ended = await sessions.logoutUser({ authid, authrealm, exceptOid });
      return {
        result: { ended: [...ended] },
        touched: { authid, authrealm: authrealm ?? null, count: ended.length },
      };
    },

    async delete_all({ except_oid: exceptOid, authrealm: asked }, caller) {
      const authrealm = findRealm(asked, caller, rules);
      const count = await sessions.deleteAll({ authrealm, exceptOid });
      return { result: { count }, touched: { authrealm: authrealm ?? null, count } };
    },

    // What has expired is nobody's any more: the realm of the caller doesn't matter.
    async purge() {
      const { purged, batches } = await sessions.purge();
      return { result: { purged, batches }, touched: { authrealm: null, count: purged } };
    },

    async stats(_args, caller) {
      return { result: toStatsMap(await sessions.stats(), findLimit(caller, rules).authrealm), touched: {} };
    },
  };
}

/** The schema lets exactly one of both through. */
function toKey({ value, oid }: KeyArguments): SessionKey {
  return value === undefined ? { oid: oid ?? "" } : { value };
}

/** The key for the audit log, which never sees a value. */
function ofKey(
  { oid }: KeyArguments,
  authrealm: string | undefined,
): { oid?: string; authrealm: string | null } {
  return { ...(oid === undefined ? {} : { oid }), authrealm: authrealm ?? null };
}

function toDevice(device: DeviceArgument | undefined): Device | undefined {
  return device === undefined ? undefined : { peer: device.peer, userAgent: device.user_agent };
}
