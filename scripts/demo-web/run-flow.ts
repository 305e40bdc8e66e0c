// Runs flow.ts as a process of its own: Node.js takes a certificate authority for fetch from the environment only.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { WebParts } from "./web-parts.js";

const program = fileURLToPath(new URL("flow.ts", import.meta.url));

/** What flow.ts needs to know, in its environment. */
export interface FlowTarget
  extends Pick<WebParts, "origin" | "wampUrl" | "realm" | "prefix" | "cookieName" | "passwords"> {}

/** @param caFile a further authority, PEM. @returns the exit status: 0 if all steps came out right */
export function runFlow(
  target: FlowTarget,
  options: { readonly caFile?: string; readonly onText?: (text: string) => void } = {},
): Promise<number> {
  const { caFile, onText } = options;
  const { passwords, origin, wampUrl, realm, prefix, cookieName } = target;
  const [[authid, password] = ["", ""]] = passwords;
  const flow = { origin, wampUrl, realm, prefix, cookieName, authid, password };
  const child = spawn(process.execPath, ["--import", "tsx", program], {
    env: {
      ...process.env,
      WEB_FLOW: JSON.stringify(flow),
      ...(caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile }),
    },
    stdio: ["ignore", onText === undefined ? "inherit" : "pipe", onText === undefined ? "inherit" : "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => onText?.(chunk.toString()));
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? 1));
  });
}
