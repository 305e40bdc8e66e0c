// This component as a guest worker of Crossbar, and twice on one router.

import { resolve } from "node:path";
import type { RouterConfig } from "../config/config.js";
import { toArray, toObject, toText } from "../config/json-object.js";
import { isLoopback } from "../is-loopback.js";
import { toKeyPath } from "../json-schema/key-problem.js";
import type { NodeFinding } from "./node-finding.js";
import type { NodeScene } from "./node-scene.js";

/** Our executable with its command, in one argument or several. */
const OURS = /wamp-cookie-authenticator\S*\s+start\b/;
/** What starts it again: our own supervisor, or a loop of a shell. */
const RESTARTS = /(^|\s)--restart\b|\b(while|until)\b/;

interface Guest {
  readonly path: string;
  readonly commandLine: string;
}

/** Findings about guest workers that run us, and about registrations that exclude each other. */
export function checkGuests(scene: NodeScene): NodeFinding[] {
  const guests = findGuests(scene);
  return [...guests.flatMap(checkRestart), ...checkGuestTwice(guests, scene), ...checkRoutersTwice(scene)];
}

function findGuests({ node, config, nodeDirectory }: NodeScene): Guest[] {
  return toArray(toObject(node).workers).flatMap((worker, index) => {
    const { type, executable, arguments: args, options } = toObject(worker);
    if (type !== "guest") return [];
    const commandLine = [executable, ...toArray(args)].map((part) => toText(part) ?? "").join(" ");
    if (!OURS.test(commandLine)) return [];
    const file = /--config[= ](\S+)/.exec(commandLine)?.[1];
    const directory = resolve(nodeDirectory, toText(toObject(options).workdir) ?? "");
    // Another configuration of ours is another component: nothing is known of it here.
    if (file !== undefined && resolve(directory, file) !== config.file) return [];
    return [{ path: toKeyPath(["workers", index]), commandLine }];
  });
}

function checkRestart({ path, commandLine }: Guest): NodeFinding[] {
  if (RESTARTS.test(commandLine)) return [];
  return [
    {
      kind: "guest-not-restarted",
      level: "warning",
      path: `${path}.arguments`,
      message:
        "Crossbar 26.10.1 doesn't start a guest worker again when it has ended: clients are refused from then on",
      hint: 'add "--restart" after "start", or let systemd run this component',
    },
  ];
}

function checkGuestTwice(guests: readonly Guest[], { config }: NodeScene): NodeFinding[] {
  const [, second] = guests;
  if (second === undefined || !config.routers.some(({ invoke }) => invoke === "single")) return [];
  return [twice(second.path, `${guests.length} guest workers run this configuration`)];
}

/** Two of our routers that are one realm of one router worker. The nodes of several hosts may have one configuration. */
function checkRoutersTwice({ links }: NodeScene): NodeFinding[] {
  const seen = new Map<string, string>();
  return links.flatMap(({ router, transport }) => {
    const key = JSON.stringify([hostOf(router), transport.worker, router.realm, router.procedure]);
    const first = seen.get(key) ?? router.name;
    seen.set(key, first);
    if (first === router.name || router.invoke !== "single") return [];
    return [
      twice(transport.path, `our routers "${first}" and "${router.name}" lead to one realm of one router`),
    ];
  });
}

function hostOf({ url }: RouterConfig): string {
  const { hostname } = new URL(url);
  return isLoopback(hostname) ? "localhost" : hostname;
}

function twice(path: string, what: string): NodeFinding {
  return {
    kind: "component-twice",
    level: "warning",
    path,
    message: `${what}, and \`invoke\` is "single": the router takes the first registration and refuses the others`,
    hint: 'set `invoke` to "roundrobin" for all of them, or drop one',
  };
}
