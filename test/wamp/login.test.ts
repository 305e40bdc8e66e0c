import { describe, expect, test } from "@jest/globals";
import autobahnPackage from "autobahn";
import { toSessionLogin } from "../../src/wamp/login.js";

const SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

// What autobahn-js itself offers for these, to compare with.
const { auth_cra: cra } = autobahnPackage as unknown as {
  readonly auth_cra: {
    sign(key: string, challenge: string): string;
    derive_key(secret: string, salt: string, iterations: number, keylen: number): string;
  };
};

const answer = async (
  login: ReturnType<typeof toSessionLogin>,
  method: string,
  extra: unknown,
): Promise<string> => {
  if (login.onchallenge === undefined) throw new Error("this login answers no challenge");
  return login.onchallenge({}, method, extra);
};

describe("toSessionLogin", () => {
  test("anonymous says nothing and answers nothing", () => {
    expect(toSessionLogin({ method: "anonymous" })).toEqual({ authmethods: ["anonymous"] });
  });

  test("ticket answers with the secret", async () => {
    const login = toSessionLogin({ method: "ticket", authid: "me", secret: "s" });
    expect(login).toMatchObject({ authmethods: ["ticket"], authid: "me" });
    await expect(answer(login, "ticket", {})).resolves.toBe("s");
  });

  test("a ticket is not given to a router that asks for another method", async () => {
    const login = toSessionLogin({ method: "ticket", authid: "me", secret: "s" });
    await expect(answer(login, "wampcra\u001b", { challenge: "c" })).rejects.toMatchObject({
      code: "ERR_WAMP_LOGIN",
      message: "the router asks for wampcra\\u{1b}, we log in with ticket",
      hint: expect.any(String),
    });
  });

  test("wampcra signs as autobahn does", async () => {
    const login = toSessionLogin({ method: "wampcra", authid: "me", secret: "sécret" });
    await expect(answer(login, "wampcra", { challenge: "{}" })).resolves.toBe(cra.sign("sécret", "{}"));
  });

  test("salted wampcra derives its key as autobahn does", async () => {
    const login = toSessionLogin({ method: "wampcra", authid: "me", secret: "sécret" });
    const extra = { challenge: "{}", salt: "salz", iterations: 50, keylen: 16 };
    const key = cra.derive_key("sécret", "salz", 50, 16);
    await expect(answer(login, "wampcra", extra)).resolves.toBe(cra.sign(key, "{}"));
  });

  test("salted wampcra without parameters takes 1000 rounds and 32 bytes", async () => {
    const login = toSessionLogin({ method: "wampcra", authid: "me", secret: "s" });
    const key = cra.derive_key("s", "salz", 1000, 32);
    await expect(answer(login, "wampcra", { challenge: "{}", salt: "salz" })).resolves.toBe(
      cra.sign(key, "{}"),
    );
  });

  test("cryptosign says its public key and signs the challenge", async () => {
    const login = toSessionLogin({ method: "cryptosign", privateKey: SEED });
    expect(login).not.toHaveProperty("authid");
    expect(login.authextra).toEqual({ pubkey: PUBLIC_KEY, channel_binding: null });
    const signed = await answer(login, "cryptosign", { challenge: "af82" });
    // RFC 8032, test 3 is for another key: the signature's form is enough here, the real router checks it.
    expect(signed).toMatch(/^[0-9a-f]{128}af82$/);
  });

  test.each(["", "abc", `${SEED}00`, SEED.replace("9", "g"), "-----BEGIN OPENSSH PRIVATE KEY-----"])(
    "a private key that is no seed is refused, and not repeated: %s",
    (privateKey) => {
      let thrown: unknown;
      try {
        toSessionLogin({ method: "cryptosign", privateKey });
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ code: "ERR_WAMP_LOGIN", hint: expect.stringContaining("openssl rand") });
      if (privateKey !== "") expect(JSON.stringify(thrown)).not.toContain(privateKey);
    },
  );

  test.each([undefined, null, {}, { challenge: 7 }, "text"])(
    "a challenge without text is an error: %p",
    async (extra) => {
      const cryptosign = toSessionLogin({ method: "cryptosign", privateKey: SEED });
      await expect(answer(cryptosign, "cryptosign", extra)).rejects.toMatchObject({ code: "ERR_WAMP_LOGIN" });
      const wampcra = toSessionLogin({ method: "wampcra", authid: "me", secret: "s" });
      await expect(answer(wampcra, "wampcra", extra)).rejects.toMatchObject({ code: "ERR_WAMP_LOGIN" });
    },
  );
});
