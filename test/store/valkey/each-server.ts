// The store's suites on each server that this machine has, each store under a prefix of its own.

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe } from "@jest/globals";
import type { Redis } from "ioredis";
import { createValkeyClient } from "../../../src/store/valkey/create-valkey-client.js";
import type { ValkeyClient } from "../../../src/store/valkey/valkey-client.js";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import {
  findServers,
  serverMissing,
  startServer,
  stopServers,
  type ValkeyServer,
} from "../../support/valkey-server.js";

/** What a suite works with; the server runs when its tests do. */
export interface OnServer {
  readonly server: () => ValkeyServer;
  /** A client of ioredis, to look and to do harm behind the store's back. */
  readonly redis: () => Redis;
  /** Options of a store; by default one that nobody has used. */
  readonly options: (options?: Partial<ValkeyOptions>) => ValkeyOptions;
  readonly client: (options: ValkeyOptions) => ValkeyClient;
}

export function newPrefix(): string {
  return `t${randomUUID().slice(0, 8)}`;
}

/** Runs `body` for each kind of server. */
export function describeEachServer(title: string, body: (on: OnServer, name: string) => void): void {
  describeUnless(serverMissing(), title, () => {
    describe.each(findServers().map(({ name, version, binary }) => [`${name} ${version}`, binary] as const))(
      "%s",
      (name, binary) => {
        let server: ValkeyServer;
        let redis: Redis;
        const clients: ValkeyClient[] = [];
        beforeAll(async () => {
          server = await startServer({ binary });
          redis = server.client();
        });
        afterAll(async () => {
          await Promise.all(clients.map((client) => client.close()));
          await stopServers();
        });
        body(
          {
            server: () => server,
            redis: () => redis,
            options: (options = {}) => ({
              servers: [{ host: server.host, port: server.port }],
              topology: { kind: "single" },
              prefix: newPrefix(),
              timeoutMs: 5000,
              ...options,
            }),
            client: (options) => {
              const client = createValkeyClient(options);
              clients.push(client);
              return client;
            },
          },
          name,
        );
      },
    );
  });
}
