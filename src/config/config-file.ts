// The configuration file after the schema: every key of the right type, defaults filled in, nothing resolved yet.

import type { FailureLimits } from "../authenticator/failure-limiter.js";
import type { LifetimeProfileName } from "../lifetime/profiles.js";
import type { Permission } from "../live/permissions.js";
import type { CookieAttributes } from "../session/session-policy.js";
import type { InvokePolicy, LogConfig } from "./config.js";
import type { StoreSection } from "./store-section.js";

/** A secret as the file gives it: the text itself, or where it is kept. */
export type SecretSource = string | { readonly env: string } | { readonly file: string };

/** The keys of `routers[].auth`. */
export type AuthSection =
  | { readonly method: "anonymous" }
  | { readonly method: "ticket" | "wampcra"; readonly authid: string; readonly secret: SecretSource }
  | { readonly method: "cryptosign"; readonly authid?: string; readonly privateKey: SecretSource };

/** The keys of `routers[]`. Times in seconds. */
export interface RouterSection {
  readonly name?: string;
  readonly url: string;
  readonly realm: string;
  readonly auth: AuthSection;
  readonly serializers: readonly ("cbor" | "json")[];
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly allowPlaintext: boolean;
  readonly procedure: string;
  readonly invoke: InvokePolicy;
  readonly sessionRealms?: readonly string[];
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly joinTimeout: number;
  readonly reconnect: { readonly min: number; readonly max: number };
}

/** The keys of `authenticator`. Times in seconds. */
export interface AuthenticatorSection {
  readonly callerRoles: readonly string[];
  readonly realm: "match" | "redirect";
  readonly allowedRealms?: readonly string[];
  readonly allowedRoles?: readonly string[];
  readonly deniedRoles: readonly string[];
  readonly allowTrustedRole: boolean;
  readonly maxLifetime?: number;
  readonly idleTimeout?: number;
  readonly profile?: LifetimeProfileName;
  readonly authextraKeys?: readonly string[];
  readonly origin: {
    readonly sameHost: boolean;
    readonly allow: readonly string[];
    readonly allowAbsent: boolean;
  };
  readonly requireSecure: boolean;
  readonly trustedProxies: readonly string[];
  readonly failureLimit: FailureLimits;
  readonly anonymousRole?: string;
  readonly deadline: number;
  readonly maxInFlight: number;
}

/** The keys of `cookie`. */
export interface CookieSection extends Omit<CookieAttributes, "domain"> {
  readonly name: string;
  readonly valueLength: number;
  readonly domain?: string;
}

/** The keys of `sessions`. Times in seconds. */
export interface SessionsSection {
  readonly mode?: "shared" | "exclusive";
  readonly prefix: string;
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly everyRealm: readonly string[];
  readonly maxAge: number | null;
  readonly perUser?: { readonly limit: number; readonly beyond: "refuse" | "end-oldest" };
  readonly touchInterval: number;
  readonly liveIsUse?: boolean;
  readonly purgeInterval: number;
  readonly sweepInterval: number;
  readonly checkInterval: number;
  readonly leaveTimeout: number;
  readonly events: boolean;
  readonly authorizer?: { readonly permissions: readonly Permission[] };
}

/** The whole file, as schema/config.schema.json describes it. */
export interface ConfigFile {
  readonly store: StoreSection;
  readonly cookie: CookieSection;
  readonly routers: readonly RouterSection[];
  readonly authenticator: AuthenticatorSection;
  readonly sessions?: SessionsSection;
  readonly health?: { readonly host: string; readonly port: number };
  readonly metrics?: { readonly host: string; readonly port: number };
  readonly log: {
    readonly level: LogConfig["level"];
    readonly format: LogConfig["format"];
    readonly fingerprintKey?: SecretSource;
    readonly audit: boolean;
    readonly repeatLimit: number;
    /** In seconds. */
    readonly repeatWindow: number;
  };
  readonly crossbarNode?: string;
}
