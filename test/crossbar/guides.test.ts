// The guides, followed to the letter on a real Crossbar: every command line of theirs runs, and does what they say.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { logIn } from "../support/crossbar-cookie-client.js";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { welcomed } from "../support/guide-client.js";
import { type GuideSite, makeGuideSite } from "../support/guide-site.js";
import { readGuide, snippets } from "../support/guide-text.js";

const SECRETS = { AUTHENTICATOR_SECRET: "a secret", JOE_SECRET: "a password" };
const REALM = "realm1";

describeUnless(crossbarMissing(), "the guides on a real Crossbar", () => {
  let site: GuideSite;
  afterEach(() => site?.stop());

  test("five-minute start: from nothing to a client that is welcomed, and one that is refused", async () => {
    site = await makeGuideSite("start");
    const printed = await site.follow("five-minute-start");
    expect(printed).toContain("welcome joe, user\n");
    expect(printed).toContain('refused: [3,{"message":"authentication failed"}');
  }, 120_000);

  test("formats: Crossbar's own database is told to be 1.0, converted, and used on", async () => {
    site = await makeGuideSite("formats", SECRETS);
    mkdirSync(join(site.directory, ".crossbar"));
    writeNode(site, exampleNode());
    await site.run("crossbar start --cbdir .crossbar");
    const cookie = await logIn(`ws://127.0.0.1:${site.ports.client}/login`, REALM, "joe", SECRETS.JOE_SECRET);
    expect(await site.follow("lmdb-formats", ["Which one do I have?"])).toMatch(/format\s+(LMDB )?1\.0/i);
    await site.follow("lmdb-formats", ["From 1.0 to 0.9"]);
    expect(await site.follow("lmdb-formats", ["Which one do I have?"])).toMatch(/format\s+(LMDB )?0\.9/i);
    const list = await site.run("npx wamp-cookie-authenticator cookies list --db .crossbar/.cookies --json");
    expect(list).toContain('"authid":"joe"');
    expect(list).not.toContain(cookie);
  }, 120_000);

  test("migrating: who was logged in under the built-in method stays so, and also when it is undone", async () => {
    site = await makeGuideSite("migrating", { ...SECRETS, EDITOR: "cp edited" });
    const guide = readGuide(join("docs", "guides", "migrating-from-builtin-cookies.md"));
    const [before] = snippets(guide, "Before");
    const [after, transport, role] = snippets(guide, "Configure");
    mkdirSync(join(site.directory, ".crossbar"));
    writeNode(site, migratingNode(before));
    await site.run("crossbar start --cbdir .crossbar");
    const url = `ws://127.0.0.1:${site.ports.client}`;
    const value = await logIn(`${url}/ws`, REALM, "joe", SECRETS.JOE_SECRET);
    const headers = { Cookie: `cbtid=${value}` };
    const byBuiltIn = { url: `${url}/ws`, realm: REALM, cookieMethod: true, headers } as const;
    expect(await welcomed(byBuiltIn)).toBe("joe");
    await site.follow("migrating-from-builtin-cookies", ["Before"]);

    // What $EDITOR leaves in the file that it is given.
    writeFileSync(
      join(site.directory, "edited"),
      site.here(JSON.stringify(migratingNode(after, transport, role))),
    );
    await site.follow("migrating-from-builtin-cookies", ["Configure", "Change over"]);
    expect(await welcomed({ url: `${url}/session`, realm: REALM, headers })).toBe("joe");
    expect(await welcomed(byBuiltIn)).toBe("joe");
    const fresh = await logIn(`${url}/ws`, REALM, "joe", SECRETS.JOE_SECRET);
    const Cookie = `cbtid=${fresh}`;
    expect(await welcomed({ url: `${url}/session`, realm: REALM, headers: { Cookie } })).toBe("joe");
    expect(await welcomed({ url: `${url}/session`, realm: REALM })).toBe("wamp.error.authentication_failed");

    await site.follow("migrating-from-builtin-cookies", ["Going back"]);
    expect(await welcomed(byBuiltIn)).toBe("joe");
  }, 180_000);

  test.each(["sharing-crossbars-database", "several-routers-and-instances", "troubleshooting"])(
    "%s: every command line runs beside a Crossbar",
    async (guide) => {
      site = await makeGuideSite(guide, SECRETS);
      const setUp = ["Install", "Configure"];
      await site.follow("five-minute-start", setUp);
      await site.run("crossbar start --cbdir .crossbar");
      await site.follow(guide);
    },
    120_000,
  );
});

function exampleNode(): Node {
  const file = join(packageRoot(), "config", "crossbar", "wampcra.json");
  return JSON.parse(readFileSync(file, "utf8")) as Node;
}

interface Node {
  workers: [{ realms: [{ roles: object[] }]; transports: [{ websocket: object }, ...object[]] }];
}

/** The example with the guide's transports in place of its own, and of its component's things only those given. */
function migratingNode(websocket: object = {}, transport?: object, role?: object): Node {
  const node = exampleNode();
  const [worker] = node.workers;
  const [{ roles }] = worker.realms;
  worker.realms[0].roles = [...roles.filter((one) => !isOurs(one)), ...(role === undefined ? [] : [role])];
  worker.transports = [
    { ...worker.transports[0], websocket },
    ...(transport === undefined ? [] : [transport]),
  ];
  return node;
}

function isOurs(role: object): boolean {
  return "name" in role && role.name === "authenticator";
}

function writeNode(site: GuideSite, node: object): void {
  writeFileSync(join(site.directory, ".crossbar", "config.json"), site.here(JSON.stringify(node)));
}
