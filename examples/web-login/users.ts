// The users of the example: a JSON file with scrypt hashes. Yours will be in a database; keep the hashing.

import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

export interface User {
  readonly authid: string;
  readonly authrole: string;
  /** As `hashPassword` makes it. */
  readonly password: string;
}

/** OWASP's password storage cheat sheet: N=2^15, r=8, p=3 is one of its equal choices; 32 MiB for each check. */
const COST = { N: 2 ** 15, r: 8, p: 3 };
const HASH_BYTES = 32;
const FORMAT = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/;

type Derive = (password: string, salt: Buffer, length: number, cost: object) => Promise<Buffer>;
const derive = promisify(scrypt) as Derive;

/** @returns `scrypt$N$r$p$salt$hash`, with a salt of its own for each user */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await deriveKey(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

export class Users {
  readonly #users: ReadonlyMap<string, User>;
  /** Nobody's: unknown users cost the same time as known ones, so that it doesn't tell who is a user. */
  readonly #nobody: Promise<string>;

  constructor(users: readonly User[]) {
    this.#users = new Map(users.map((user) => [user.authid, user]));
    this.#nobody = hashPassword(randomBytes(16).toString("base64url"));
  }

  /** @param file a JSON list of users */
  static read(file: string): Users {
    return new Users(JSON.parse(readFileSync(file, "utf8")) as User[]);
  }

  /** The user whose password this is. Takes the same time whether there is such a user or not. */
  async check(authid: string, password: string): Promise<User | undefined> {
    const user = this.#users.get(authid);
    const isRight = await isPassword(password, user?.password ?? (await this.#nobody));
    return isRight ? user : undefined;
  }
}

async function isPassword(password: string, stored: string): Promise<boolean> {
  const [, n, r, p, salt = "", hash = ""] = FORMAT.exec(stored) ?? [];
  if (n === undefined) throw new Error("a password hash isn't one of hashPassword's");
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  const expected = Buffer.from(hash, "base64url");
  const actual = await deriveKey(password, Buffer.from(salt, "base64url"), cost);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function deriveKey(password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> {
  // The same password, whichever way a keyboard composes its letters (NIST SP 800-63B, 3.1.1.2).
  return derive(password.normalize("NFKC"), salt, HASH_BYTES, { ...cost, maxmem: 256 * cost.N * cost.r });
}
