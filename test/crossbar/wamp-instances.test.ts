// Two instances share the calls, and one of them dies or freezes in the middle of one: what clients see.
//
// Seen with Crossbar 26.10.1:
// - killed: its client gets ABORT `wamp.error.canceled`, "callee disconnected from in-flight request", 8 to 16 ms
//   later (8 runs).
// - frozen, the transport's options without pings: its client hangs (for the 60 s that it was given, one
//   run), and with roundrobin every second client after it.
// - frozen, `auto_ping_interval` 1000 and `auto_ping_timeout` 1000 (Crossbar takes no less than 1000 ms): the router
//   drops the instance, and the client gets the same ABORT as above, 1.3 to 1.5 s later (8 runs), within the sum of both.
// - going on after that: it finds its link lost (WebSocket 1006), joins and registers again.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { type ComponentProcess, startComponent } from "../support/crossbar-component-process.js";
import { crossbarNode, REALM } from "../support/crossbar-node.js";
import { routerConfig } from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";
import { type JoinOutcome, joinAs } from "../support/wamp-client.js";

const PING_INTERVAL_MS = 1000;
const PING_TIMEOUT_MS = 1000;

let directory: string;
let crossbar: Crossbar;
let componentPort: number;
let pingingPort: number;
let clientUrl: string;
let components: ComponentProcess[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "wamp-instances-"));
  const [component = 0, client = 0, pinging = 0] = await freePorts(3);
  componentPort = component;
  pingingPort = pinging;
  clientUrl = `ws://127.0.0.1:${client}`;
  const nodeConfig = crossbarNode({
    componentPort,
    clientPort: client,
    pinging: { port: pinging, intervalMs: PING_INTERVAL_MS, timeoutMs: PING_TIMEOUT_MS },
  });
  crossbar = await startCrossbar({ nodeConfig, directory });
}, 120_000);

afterEach(async () => {
  await Promise.all(components.map((component) => component.kill()));
  components = [];
});

afterAll(async () => {
  await crossbar?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const joinClient = (timeoutMs: number): Promise<JoinOutcome> =>
  joinAs({ url: clientUrl, realm: REALM, ticket: "t", timeoutMs });

interface Held {
  readonly holding: ComponentProcess;
  readonly answering: ComponentProcess;
  /** The outcome of the client whose call is held, and how long it took from `since`. */
  readonly outcome: Promise<JoinOutcome>;
}

/** Two instances, one of which holds a client's call; the other answers. */
async function holdOneCall(port: number, timeoutMs: number): Promise<Held> {
  const holding = await startComponent(routerConfig(port), true);
  components.push(holding);
  const answering = await startComponent(routerConfig(port), false);
  components.push(answering);
  for (;;) {
    let answered = false;
    const outcome = joinClient(timeoutMs).finally(() => {
      answered = true;
    });
    await waitFor("the call", () => holding.calls() === 1 || answered);
    if (holding.calls() === 1) return { holding, answering, outcome };
  }
}

async function timed(
  outcome: Promise<JoinOutcome>,
): Promise<{ readonly outcome: JoinOutcome; readonly ms: number }> {
  const begin = performance.now();
  return { outcome: await outcome, ms: performance.now() - begin };
}

const CANCELED = { kind: "abort", reason: "wamp.error.canceled" };

describe("one of two instances dies in the middle of a call", () => {
  test("the client gets ABORT wamp.error.canceled at once; the next ones reach the other instance", async () => {
    const { holding, outcome } = await holdOneCall(componentPort, 10_000);
    const canceled = timed(outcome);
    holding.signal("SIGKILL");
    const { outcome: seen, ms } = await canceled;
    expect(seen).toMatchObject(CANCELED);
    expect(ms).toBeLessThan(2000);
    const next = await Promise.all([joinClient(5000), joinClient(5000), joinClient(5000)]);
    expect(next.map(({ kind }) => kind)).toEqual(["welcome", "welcome", "welcome"]);
  }, 60_000);
});

describe("one of two instances freezes in the middle of a call", () => {
  test("without router pings its client hangs, and so does every second one after it", async () => {
    const { holding, outcome } = await holdOneCall(componentPort, 3000);
    holding.signal("SIGSTOP");
    expect(await outcome).toMatchObject({ kind: "abort", reason: "join-timeout" });
    const next = await Promise.all([joinClient(1000), joinClient(1000), joinClient(1000), joinClient(1000)]);
    const kinds = next.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "abort")).toHaveLength(2);
  }, 60_000);

  test("with router pings the client gets ABORT when the router drops the instance", async () => {
    const { holding, outcome } = await holdOneCall(pingingPort, 10_000);
    const canceled = timed(outcome);
    holding.signal("SIGSTOP");
    const { outcome: seen, ms } = await canceled;
    expect(seen).toMatchObject(CANCELED);
    expect(ms).toBeLessThan(PING_INTERVAL_MS + PING_TIMEOUT_MS + 1000);
    const next = await Promise.all([joinClient(5000), joinClient(5000)]);
    expect(next.map(({ kind }) => kind)).toEqual(["welcome", "welcome"]);
  }, 60_000);

  test("a frozen instance that goes on finds its link lost, joins and registers again", async () => {
    const { holding, outcome } = await holdOneCall(pingingPort, 10_000);
    holding.signal("SIGSTOP");
    expect(await outcome).toMatchObject(CANCELED);
    holding.signal("SIGCONT");
    await waitFor(
      "the second registration",
      () => holding.log().split('"registered the authenticator"').length === 3,
    );
  }, 60_000);
});
