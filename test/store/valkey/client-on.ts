// Clients for tests of the client: each is closed at the end of its test.

import { createValkeyClient } from "../../../src/store/valkey/create-valkey-client.js";
import type { Script, ValkeyClient } from "../../../src/store/valkey/valkey-client.js";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";

/** Sets a key to the first argument. */
export const SET: Script = { name: "set", source: "return redis.call('SET', KEYS[1], ARGV[1])" };
export const GET: Script = { name: "get", source: "return redis.call('GET', KEYS[1])" };

export interface TestClient extends ValkeyClient {
  /** `up` and `down CODE`, as they came. */
  readonly events: readonly string[];
}

const open = new Set<ValkeyClient>();

/** A client of the server with some other options. */
export function clientOn(
  server: { readonly host: string; readonly port: number },
  more: Partial<ValkeyOptions> = {},
): TestClient {
  const events: string[] = [];
  const client = createValkeyClient(
    {
      servers: [{ host: server.host, port: server.port }],
      topology: { kind: "single" },
      prefix: "wca",
      timeoutMs: 5000,
      ...more,
    },
    {
      onUp: () => void events.push("up"),
      onDown: (error) => void events.push(`down ${"code" in error ? error.code : error.message}`),
    },
  );
  open.add(client);
  return { ...client, events };
}

/** For `afterEach`. */
export async function closeClients(): Promise<void> {
  await Promise.all([...open].map((client) => client.close()));
  open.clear();
}

/** How long a call takes to end, in ms, and its error if it has one. */
export async function timed(
  call: () => Promise<unknown>,
): Promise<{ readonly ms: number; readonly error: unknown }> {
  const begun = performance.now();
  const error = await call().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { ms: performance.now() - begun, error };
}
