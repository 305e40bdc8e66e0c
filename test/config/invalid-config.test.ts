// Each wrong key is named by its path, with what was expected and without what was found.

import { describe, expect, test } from "@jest/globals";
import { content, type Json, loadError, problemLines, router } from "./temporary-config.js";

const withRouter = (changes: Json): Json => content({ routers: [router(changes)] });
const withAuthenticator = (authenticator: Json): Json => content({ authenticator });

const CASES: readonly (readonly [name: string, config: unknown, lines: readonly string[]])[] = [
  ["no object", 5, ["the file: expected a JSON object: the configuration of wamp-cookie-authenticator"]],
  [
    "nothing there",
    {},
    [
      "store: is missing: expected an object with the cookie database",
      "routers: is missing: expected a list with at least one router",
    ],
  ],
  [
    "no routers",
    content({ routers: [] }),
    ["routers: expected a list with at least one router, found an empty one"],
  ],
  [
    "a near miss of a key",
    content({ store: { path: "x", max_size: 1 }, rooters: [] }),
    ["rooters: unknown key: did you mean routers?", "store.max_size: unknown key: did you mean maxSize?"],
  ],
  [
    "an unknown key",
    content({ cookie: { zebra: 1 } }),
    [
      "cookie.zebra: unknown key: the keys here are name, valueLength, path, domain, secure, httpOnly, sameSite, partitioned",
    ],
  ],
  [
    "a key that is no word",
    withAuthenticator({ "a\nb": 1 }),
    [expect.stringContaining('authenticator["a\\nb"]: unknown key') as unknown as string],
  ],
  [
    "a value of less than 128 bits (R-01)",
    content({ cookie: { valueLength: 21 } }),
    ["cookie.valueLength: expected a whole number of characters from 22 to 64"],
  ],
  [
    "an unknown method",
    withRouter({ auth: { method: "tiket" } }),
    ["routers[0].auth.method: expected one of anonymous, ticket, wampcra, cryptosign"],
  ],
  [
    "no method",
    withRouter({ auth: {} }),
    ["routers[0].auth.method: expected one of anonymous, ticket, wampcra, cryptosign"],
  ],
  [
    "a key of another method",
    withRouter({ auth: { method: "cryptosign", secret: "x" } }),
    [
      expect.stringMatching(
        /^routers\[0\]\.auth\.privateKey: is missing: expected text/,
      ) as unknown as string,
      "routers[0].auth.secret: unknown key: the keys here are method, authid, privateKey",
    ],
  ],
  [
    "a secret of two sources",
    withRouter({ auth: { method: "ticket", authid: "a", secret: { env: "A", file: "b" } } }),
    ["routers[0].auth.secret: expected one key: env or file"],
  ],
  [
    "a secret of another type",
    withRouter({ auth: { method: "ticket", authid: "a", secret: 12345 } }),
    ['routers[0].auth.secret: expected text, {"env": "NAME"} or {"file": "path"}'],
  ],
  [
    "a certificate without key",
    withRouter({ tls: { cert: "c.pem" } }),
    ["routers[0].tls.key: is missing, since cert is there: expected the path of a PEM file"],
  ],
  [
    "no serializers",
    withRouter({ serializers: [] }),
    ['routers[0].serializers: expected a list of "cbor" and "json", each at most once, found an empty one'],
  ],
  [
    "a serializer twice",
    withRouter({ serializers: ["json", "json"] }),
    [
      'routers[0].serializers: has the same item twice: expected a list of "cbor" and "json", each at most once',
    ],
  ],
  [
    "a time of 0",
    withRouter({ reconnect: { min: 0 } }),
    ["routers[0].reconnect.min: expected a number of seconds above 0 and up to 86400"],
  ],
  [
    "a URI with an empty part",
    withRouter({ procedure: "com..authenticate" }),
    ["routers[0].procedure: expected a WAMP URI such as com.example.cookie.authenticate"],
  ],
  [
    "another scheme",
    withRouter({ url: "http://x" }),
    ["routers[0].url: expected a URL that begins with ws:// or wss://"],
  ],
  [
    "no URL",
    withRouter({ url: "router" }),
    ["routers[0].url: expected a URL that begins with ws:// or wss://"],
  ],
  [
    "credentials in the URL",
    withRouter({ url: "wss://joe:hunter2@router" }),
    ["routers[0].url: has credentials in it: put them into auth"],
  ],
  [
    "plain text on the network (R-46)",
    withRouter({ url: "ws://router.example.com" }),
    [
      "routers[0].url: ws:// to another machine sends tickets and cookies in clear: use wss://, or set allowPlaintext",
    ],
  ],
  [
    "TLS for a plain connection",
    withRouter({ tls: { ca: "ca.pem" } }),
    ["routers[0].tls: has no use with ws://: expected a wss:// URL"],
  ],
  [
    "one registration twice",
    content({ routers: [router(), router({ url: "ws://127.0.0.1:8081/" })] }),
    ["routers[1]: has the url, realm and procedure of routers[0]: drop one"],
  ],
  [
    "one name twice",
    content({ routers: [router({ name: "a" }), router({ name: "a", realm: "realm2" })] }),
    ["routers[1].name: is also the name of routers[0]"],
  ],
  [
    "pauses that shrink",
    withRouter({ reconnect: { min: 60 } }),
    ["routers[0].reconnect.min: is above reconnect.max"],
  ],
  [
    "a wildcard inside a label (R-43)",
    withAuthenticator({ origin: { allow: ["https://ok.example.com", "https://*example.com"] } }),
    [expect.stringMatching(/^authenticator\.origin\.allow\[1\]: expected scheme:/) as unknown as string],
  ],
  [
    "trusted for everybody",
    withAuthenticator({ anonymousRole: "trusted" }),
    [expect.stringMatching(/^authenticator\.anonymousRole: is trusted/) as unknown as string],
  ],
  [
    "trusted without saying so twice",
    withAuthenticator({ allowedRoles: ["user", "trusted"] }),
    [
      "authenticator.allowedRoles[1]: is trusted, the router's own role: drop it, or set allowTrustedRole too",
    ],
  ],
  [
    "tokens that never come back",
    withAuthenticator({ failureLimit: { peer: { perSecond: 0 }, total: { burst: -1 } } }),
    [
      "authenticator.failureLimit.peer.perSecond: expected a number above 0 and up to 1000000",
      "authenticator.failureLimit.total.burst: expected a whole number from 0 to 1000000",
    ],
  ],
  [
    "no lines at all",
    content({ log: { repeatLimit: 0 } }),
    ["log.repeatLimit: expected a whole number from 1 to 1000000"],
  ],
  [
    "a private key of the wrong length",
    withRouter({ auth: { method: "cryptosign", privateKey: "abc" } }),
    ["routers[0].auth.privateKey: expected an Ed25519 private key: 64 hexadecimal digits"],
  ],
];

describe("an invalid configuration", () => {
  test.each(CASES)("%s", async (_name, config, lines) => {
    const error = await loadError(config);
    expect(error.code).toBe("ERR_CONFIG_INVALID");
    expect(problemLines(error).sort()).toEqual([...lines].sort());
    expect(error.details.problems).toHaveLength(lines.length);
    expect(error.hint).toBeDefined();
  });

  test("never quotes a value, which may be a secret", async () => {
    const secret = "s3cr3t-hunter2";
    const error = await loadError({
      store: secret,
      cookie: { name: `${secret} `, valueLength: secret },
      routers: [
        router({ url: `ws://a:${secret}@b`, auth: { method: secret } }),
        router({
          auth: { method: "ticket", authid: 1, secret: [secret] },
          invoke: secret,
          procedure: `${secret}!`,
        }),
        router({ auth: { method: "cryptosign", privateKey: { env: secret, more: secret } } }),
      ],
      log: { level: secret, fingerprintKey: { file: 1, env: secret } },
    });
    expect(error.message).not.toContain(secret);
    expect(JSON.stringify(error.details)).not.toContain(secret);
    expect(String(error.cause)).not.toContain(secret);
  });
});
