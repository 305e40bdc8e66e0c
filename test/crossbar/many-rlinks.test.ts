// Three router workers of one Crossbar, all with realm1, and us on the first alone: what clients of the others get. The
// traps behind the findings `component-worker` and `component-rlink`.
//
// Seen with Crossbar 26.10.1: an rlink forwards our registration, and joins on its other side are answered over it. What
// we throw is lost there: crossbar/worker/rlink.py logs it and returns None, which Crossbar takes for a denial.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createSilentLog } from "../../src/log/logger.js";
import { createAuthenticatorProcedure } from "../../src/wamp/authenticator-procedure.js";
import { attachRouter, type RouterAttachment } from "../../src/wamp/router-attachment.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { fakeAuthenticator, routerConfig, ticketOf, WELCOME_JOE } from "../support/crossbar-router.js";
import { ticketOf as loginTicket, REALMS } from "../support/crossbar-sessions-node.js";
import { type ManyNodeWorker, manyNode } from "../support/many-node.js";
import { waitFor } from "../support/wait-for.js";
import { type JoinOutcome, joinAs } from "../support/wamp-client.js";

const CROSSBAR = process.env.CROSSBAR ?? resolve(".venv/bin/crossbar");
const [REALM] = REALMS;
const GOOD = "a good cookie";
const UNKNOWABLE = "one that can't be looked up";

describeUnless(crossbarMissing(), "several router workers, and us on one of them", () => {
  let directory: string;
  let workers: readonly ManyNodeWorker[];
  let crossbar: Crossbar;
  let attachment: RouterAttachment;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "wca-rlinks-"));
    const ports = await freePorts(6);
    workers = [0, 2, 4].map((at) => ({ component: ports[at] ?? 0, client: ports[at + 1] ?? 0 }));
    crossbar = await startCrossbar({ nodeConfig: linkedNode(workers, makeNodeKey(directory)), directory });
    const authenticator = fakeAuthenticator((args) =>
      ticketOf(args) === GOOD
        ? WELCOME_JOE
        : { error: { uri: "wamp.error.unavailable", text: "try again later" } },
    );
    const log = createSilentLog();
    const { endpoint } = createAuthenticatorProcedure(authenticator, log);
    const login = {
      method: "ticket",
      authid: "authenticator",
      secret: loginTicket("authenticator"),
    } as const;
    // `single`, so that the link's registration on the other router doesn't come back to ours.
    const router = routerConfig(workers[0]?.component ?? 0, { login, invoke: "single" });
    attachment = attachRouter({ router, endpoint, log });
    attachment.start();
    await waitFor("the registration", () => attachment.status.registered);
  }, 90_000);

  afterAll(async () => {
    await attachment?.stop();
    await crossbar?.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 30_000);

  const tryJoin = (worker: number, ticket: string): Promise<JoinOutcome> =>
    joinAs({ url: `ws://127.0.0.1:${workers[worker]?.client}`, realm: REALM, ticket });

  test("on our own worker a fault is a fault", async () => {
    expect((await tryJoin(0, GOOD)).kind).toBe("welcome");
    expect(await tryJoin(0, UNKNOWABLE)).toMatchObject({ kind: "abort", reason: "wamp.error.unavailable" });
  });

  test("component-rlink: over a link good cookies get in, and a fault becomes a denial", async () => {
    await waitFor("the link", async () => (await tryJoin(1, GOOD)).kind === "welcome");
    expect(await tryJoin(1, UNKNOWABLE)).toMatchObject({
      kind: "abort",
      reason: "wamp.error.authentication_failed",
    });
  }, 30_000);

  test("component-worker: the same realm on a worker without link or component refuses all", async () => {
    expect(await tryJoin(2, GOOD)).toMatchObject({ kind: "abort", reason: "wamp.error.no_such_procedure" });
  });
});

/** The node's own key, by which links log in. @returns the public part, in hex */
function makeNodeKey(directory: string): string {
  const cbdir = join(directory, ".crossbar");
  mkdirSync(cbdir);
  execFileSync(CROSSBAR, ["keys", "--cbdir", cbdir], { stdio: "pipe" });
  const [, key] =
    /public-key-ed25519: ([0-9a-f]{64})/.exec(readFileSync(join(cbdir, "key.pub"), "utf8")) ?? [];
  if (key === undefined) throw new Error("Crossbar made no key");
  return key;
}

interface Worker {
  readonly realms: { readonly name: string; readonly roles: object[]; rlinks?: object[] }[];
  readonly transports: { readonly auth: Record<string, object> }[];
}

/** The second worker's realm is linked to the first's. */
function linkedNode(workers: readonly ManyNodeWorker[], key: string): object {
  const node = manyNode({ workers, pings: undefined }) as { readonly workers: readonly Worker[] };
  const [first, second] = node.workers;
  const [{ component: port = 0 } = {}] = workers;
  const principals = { link: { authorized_keys: [key], role: "link" } };
  Object.assign(first?.transports[0]?.auth ?? {}, { cryptosign: { type: "static", principals } });
  const allow = { call: true, register: true, publish: true, subscribe: true };
  const permissions = [{ uri: "", match: "prefix", allow, disclose: { caller: true, publisher: true } }];
  first?.realms[0]?.roles.push({ name: "link", permissions });
  const endpoint = { type: "tcp", host: "127.0.0.1", port };
  const transport = { type: "websocket", url: `ws://127.0.0.1:${port}`, endpoint };
  Object.assign(second?.realms[0] ?? {}, { rlinks: [{ realm: REALM, authid: "link", transport }] });
  return node;
}
