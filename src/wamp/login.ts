// How the configured login becomes what autobahn sends: methods, authid, extra, and the answer to CHALLENGE.

import { createHmac, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import type { RouterLogin } from "../config/config.js";
import { CookieAuthenticatorError } from "../errors.js";
import { toLogText } from "../log/log-text.js";
import { autobahn } from "./autobahn.js";

/** The part of autobahn's connection options that logs in. */
export interface SessionLogin {
  readonly authmethods: readonly string[];
  readonly authid?: string;
  readonly authextra?: Readonly<Record<string, unknown>>;
  readonly onchallenge?: (session: unknown, method: string, extra: unknown) => string | Promise<string>;
}

const SEED = /^[0-9a-f]{64}$/i;
const HEX_BYTES = /^(?:[0-9a-f]{2})+$/i;

const deriveKey = promisify(pbkdf2);

/**
 * @throws CookieAuthenticatorError `ERR_WAMP_LOGIN`: the cryptosign key is no Ed25519 seed.
 */
export function toSessionLogin(login: RouterLogin): SessionLogin {
  switch (login.method) {
    case "anonymous":
      return { authmethods: ["anonymous"] };
    case "ticket":
      return withAnswer(login.method, { authid: login.authid }, () => login.secret);
    case "wampcra":
      return withAnswer(login.method, { authid: login.authid }, (extra) => signCra(login.secret, extra));
    case "cryptosign":
      return cryptosignLogin(login.privateKey, login.authid);
  }
}

function withAnswer(
  ours: string,
  fields: Pick<SessionLogin, "authid" | "authextra">,
  answer: (extra: ReadonlyMap<string, unknown>) => string | Promise<string>,
): SessionLogin {
  return {
    authmethods: [ours],
    ...fields,
    onchallenge(_session, method, extra) {
      // Answering another method than ours could hand a ticket to whoever asks for it.
      if (method !== ours)
        throw loginError(`the router asks for ${toLogText(method)}, we log in with ${ours}`);
      return answer(new Map(Object.entries(extra ?? {})));
    },
  };
}

/**
 * WAMP-CRA: HMAC-SHA-256 of the challenge. Salted secrets are derived with Node's own PBKDF2: autobahn's is JavaScript
 * and would block the event loop, and with it the answers to other routers.
 */
async function signCra(secret: string, extra: ReadonlyMap<string, unknown>): Promise<string> {
  const challenge = extra.get("challenge");
  if (typeof challenge !== "string") throw loginError("the router's WAMP-CRA challenge is no text");
  const salt = extra.get("salt");
  if (typeof salt !== "string" || salt === "") return hmac(secret, challenge);
  const iterations = positive(extra.get("iterations"), 1000);
  const length = positive(extra.get("keylen"), 32);
  return hmac((await deriveKey(secret, salt, iterations, length, "sha256")).toString("base64"), challenge);
}

function hmac(key: string, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

function positive(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : otherwise;
}

function cryptosignLogin(privateKey: string, authid: string | undefined): SessionLogin {
  if (!SEED.test(privateKey)) {
    throw loginError(
      "the private key of the cryptosign login is not 32 bytes in hex (64 digits)",
      "Give the Ed25519 seed, as `openssl rand -hex 32` makes one; an SSH or PEM key must be converted first.",
    );
  }
  const pair = autobahn.nacl.sign.keyPair.fromSeed(Buffer.from(privateKey, "hex"));
  const authextra = { pubkey: Buffer.from(pair.publicKey).toString("hex"), channel_binding: null };
  return withAnswer("cryptosign", { ...(authid === undefined ? {} : { authid }), authextra }, (extra) => {
    const challenge = extra.get("challenge");
    if (typeof challenge !== "string" || !HEX_BYTES.test(challenge)) {
      throw loginError("the router's cryptosign challenge is no hex text");
    }
    const signature = autobahn.nacl.sign.detached(Buffer.from(challenge, "hex"), pair.secretKey);
    return Buffer.from(signature).toString("hex") + challenge;
  });
}

function loginError(
  message: string,
  hint = "Compare login.method of this router with the `auth` block of the router's transport.",
): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_WAMP_LOGIN", message, { hint });
}
