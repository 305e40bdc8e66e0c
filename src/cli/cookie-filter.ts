// Which cookies a listing or a revocation is about: the options, and the rule that they make.

import { type Command, Option, type OptionValues } from "@commander-js/extra-typings";
import type { LifetimeLimits } from "../lifetime/lifetime.js";
import type { Cookie } from "../record/cookie.js";
import { NS_PER_SECOND } from "../session/seconds.js";
import { findState, SESSION_STATES, type SessionState } from "../session/session-state.js";
import type { CookieUse, CookieFilter as StoreFilter } from "../store/cookie-reader.js";
import { parseDuration, parseText } from "./parse-argument.js";

/** The options as commander hands them on. Durations in seconds. */
export interface CookieFilterOptions {
  readonly authid?: string | undefined;
  readonly role?: string | undefined;
  readonly realm?: string | undefined;
  readonly name?: string | undefined;
  readonly state?: SessionState | undefined;
  readonly olderThan?: number | undefined;
  readonly newerThan?: number | undefined;
}

/** The rule of these options. */
export interface CookieFilter {
  /** What the store can look for by itself. */
  readonly where: StoreFilter | undefined;
  /** Whether `fits` must be given the last use. */
  readonly withUse: boolean;
  /** @throws `ERR_RECORD_INVALID` if a field that it asks for can't be read */
  readonly fits: (cookie: Cookie, nowNs: bigint, use: CookieUse | undefined) => boolean;
}

/** Adds the options to a command. */
export function withCookieFilter<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) {
  return command
    .option("--authid <authid>", "only those of this authid", parseText)
    .option("--role <role>", "only those of this authrole", parseText)
    .option("--realm <realm>", "only those of this authrealm", parseText)
    .option("--name <name>", "only those of this cookie name", parseText)
    .addOption(new Option("--state <state>", "only those in this state").choices(SESSION_STATES))
    .option("--older-than <duration>", "made longer ago, e.g. 30m, 12h, 7d", parseDuration)
    .option("--newer-than <duration>", "made more recently than this", parseDuration);
}

/** The options that are there, as `authid joe, older-than 604800 s`; empty if there are none. */
export function describeCookieFilter(options: CookieFilterOptions): string {
  const { authid, role, realm, name, state, olderThan, newerThan } = options;
  const seconds = (duration: number | undefined): string | undefined =>
    duration === undefined ? undefined : `${duration} s`;
  return Object.entries({
    authid,
    role,
    realm,
    name,
    state,
    "older than": seconds(olderThan),
    "newer than": seconds(newerThan),
  })
    .filter(([, text]) => text !== undefined)
    .map(([option, text]) => `${option} ${text}`)
    .join(", ");
}

/** @param limits the configured ones: they decide on the states `expired` and `idle` */
export function toCookieFilter(options: CookieFilterOptions, limits: LifetimeLimits): CookieFilter {
  const { authid, role, realm, name, state, olderThan, newerThan } = options;
  const isAsked = (wanted: string | undefined, is: string | undefined): boolean =>
    wanted === undefined || wanted === is;
  return {
    where: authid === undefined ? undefined : { authid },
    withUse: state !== undefined && limits.idleSeconds !== undefined,
    fits: (cookie, nowNs, use) => {
      const ageNs = nowNs - cookie.createdNs;
      return (
        isAsked(authid, cookie.authid) &&
        isAsked(role, cookie.authrole) &&
        isAsked(realm, cookie.authrealm) &&
        isAsked(name, cookie.name) &&
        (olderThan === undefined || ageNs > BigInt(olderThan) * NS_PER_SECOND) &&
        (newerThan === undefined || ageNs < BigInt(newerThan) * NS_PER_SECOND) &&
        (state === undefined || findState(cookie, use, limits, nowNs) === state)
      );
    },
  };
}
