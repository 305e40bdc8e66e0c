// Makes calls of the bench `calls`: an authentication as Crossbar 26.10.1 asks for it when a browser connects.

import type { Session } from "../src/wamp/autobahn-types.js";
import { joinAs } from "../test/support/wamp-client.js";
import { CALLER_ROLE, type ContestantName, PROCEDURES, REALM, TICKET } from "./calls-node.js";
import { cookieValueOf } from "./lookup-database.js";

const STEP = 7919;

export class Caller {
  readonly #session: Session;
  readonly #size: number;
  #at = 0;

  private constructor(session: Session, size: number) {
    this.#session = session;
    this.#size = size;
  }

  /** @param size how many cookies the database has */
  static async join(url: string, size: number): Promise<Caller> {
    const joined = await joinAs({ url, realm: REALM, authid: CALLER_ROLE, ticket: TICKET });
    if (joined.kind !== "welcome") throw new Error(`can't join: ${joined.reason}`);
    return new Caller(joined.session, size);
  }

  /** One call, whose answer must be a principal. @returns how long it took, in ms */
  async call(name: ContestantName): Promise<number> {
    this.#at = (this.#at + STEP) % this.#size;
    const args = argsOf(cookieValueOf(this.#at));
    const begin = performance.now();
    const answer = (await this.#session.call(PROCEDURES[name], args)) as { role?: unknown };
    if (answer.role !== "user") throw new Error(`${name} gave a wrong answer`);
    return performance.now() - begin;
  }

  /** `count` calls, so many at once. @returns calls a second */
  async callMany(name: ContestantName, count: number, atOnce: number): Promise<number> {
    let left = count;
    const client = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await this.call(name);
      }
    };
    const begin = performance.now();
    await Promise.all(Array.from({ length: atOnce }, client));
    return (count / (performance.now() - begin)) * 1000;
  }

  /** `count` calls, one after the other. @returns their times, in ms */
  async callSingly(name: ContestantName, count: number): Promise<number[]> {
    const times: number[] = [];
    for (let n = 0; n < count; n += 1) times.push(await this.call(name));
    return times;
  }
}

function argsOf(value: string): readonly unknown[] {
  const transport = {
    channel_type: "tcp",
    channel_framing: "websocket",
    channel_serializer: null,
    own: null,
    peer: "tcp4:192.0.2.7:43888",
    is_server: true,
    own_pid: 6763,
    own_tid: 6763,
    own_fd: -1,
    is_secure: false,
    channel_id: {},
    peer_cert: null,
    websocket_protocol: "wamp.2.cbor",
    websocket_extensions_in_use: [],
    http_headers_received: {
      host: "app.example.com",
      connection: "Upgrade",
      pragma: "no-cache",
      "cache-control": "no-cache",
      "user-agent":
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
      upgrade: "websocket",
      origin: "https://app.example.com",
      "sec-websocket-version": "13",
      "accept-encoding": "gzip, deflate, br, zstd",
      "accept-language": "en-US,en;q=0.9",
      cookie: `theme=dark; cbtid=${value}`,
      "sec-websocket-key": "1npi3xP2pLC/37JAtWa+zQ==",
      "sec-websocket-extensions": "permessage-deflate; client_max_window_bits",
      "sec-websocket-protocol": "wamp.2.cbor, wamp.2.json",
    },
    http_headers_sent: {},
    http_cbtid: null,
    client_cert: null,
  };
  return [
    REALM,
    "RNJY-XE97-7E69-7M5M-T7CS-TEFV",
    { transport, session: 8224695684249924, authmethod: "anonymous", authextra: null },
  ];
}
