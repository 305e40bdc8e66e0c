// The guide for operators, followed to the letter on a real Crossbar, with a user who is logged in all the while.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { logIn } from "../support/crossbar-cookie-client.js";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { welcomed } from "../support/guide-client.js";
import { type GuideSite, makeGuideSite } from "../support/guide-site.js";
import { readGuide, snippets } from "../support/guide-text.js";
import { waitFor } from "../support/wait-for.js";

const SECRETS = { AUTHENTICATOR_SECRET: "a secret", BACKEND_SECRET: "another", JOE_SECRET: "a password" };
const REALM = "realm1";

describeUnless(crossbarMissing(), "the guide for operators on a real Crossbar", () => {
  let site: GuideSite;
  afterEach(() => site?.stop());

  test("operating: seen, reloaded, a user revoked, backed up and restored, each part restarted, upgraded", async () => {
    site = await makeGuideSite("operating", SECRETS);
    const { client, health } = site.ports;
    await site.run(`mkdir .crossbar
      cp node_modules/wamp-cookie-authenticator/config/crossbar/sessions.json .crossbar/config.json
      npx wamp-cookie-authenticator db init .crossbar/.cookies
      crossbar start --cbdir .crossbar`);
    const [pages] = snippets(readGuide(join("docs", "guides", "operating.md")), "See it");
    const example = JSON.parse(
      site.here(readFileSync(join(packageRoot(), "config", "sessions.json"), "utf8")),
    ) as object;
    const config = { ...example, $schema: undefined, ...pages, crossbarNode: ".crossbar/config.json" };
    writeFileSync(join(site.directory, "authenticator.json"), site.here(JSON.stringify(config)));
    await site.follow("operating", ["Run it as a service"]);

    const logInAsJoe = () => logIn(`ws://127.0.0.1:${client}/login`, REALM, "joe", SECRETS.JOE_SECRET);
    const present = (value: string) =>
      welcomed({ url: `ws://127.0.0.1:${client}/ws`, realm: REALM, headers: { Cookie: `cbtid=${value}` } });
    const stolen = await logInAsJoe();
    expect(await present(stolen)).toBe("joe");
    expect(await site.follow("operating", ["See it"])).toMatch(
      /decisions_total\{[^}]*outcome="accepted"[^}]*\} 1\n/,
    );
    await site.follow("operating", ["Change the configuration"]);
    await waitFor("the component to have read it again", () =>
      componentLog(site).includes('"event":"reload"'),
    );

    expect(await site.follow("operating", ["Revoke a user"])).toContain("joe");
    expect(await present(stolen)).toBe("wamp.error.authentication_failed");

    const kept = await logInAsJoe();
    await site.follow("operating", ["Back up"]);
    await site.follow("operating", ["Revoke a user"]);
    expect(await present(kept)).toBe("wamp.error.authentication_failed");
    await site.follow("operating", ["Restore"]);
    expect(await present(kept)).toBe("joe");

    await site.follow("operating", ["Restart"]);
    await waitFor(
      "the component to have joined again",
      async () => (await fetch(`http://127.0.0.1:${health}/readyz`)).ok,
    );
    expect(await present(kept)).toBe("joe");
    await site.follow("operating", ["Upgrade", "From time to time"]);
    expect(await present(kept)).toBe("joe");
    for (const value of [stolen, kept]) expect(componentLog(site)).not.toContain(value);
  }, 240_000);
});

function componentLog(site: GuideSite): string {
  return readFileSync(join(site.directory, "component.log"), "utf8");
}
