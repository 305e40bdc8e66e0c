// A WAMP session of paper: calls and publications are answered by the test, events are the test's to send.

import type { EventHandler, Session } from "../../src/wamp/autobahn-types.js";

export interface FakeSession {
  readonly session: Session;
  readonly calls: {
    readonly procedure: string;
    readonly args: readonly unknown[];
    readonly kwargs: unknown;
  }[];
  readonly published: { readonly topic: string; readonly kwargs: unknown; readonly options: unknown }[];
  readonly subscribed: string[];
  /** Sends an event to all its handlers. */
  send(topic: string, ...args: readonly unknown[]): void;
}

export interface FakeAnswers {
  readonly call?: (procedure: string, args: readonly unknown[]) => unknown;
  readonly subscribe?: (topic: string) => unknown;
  readonly publish?: (topic: string) => unknown;
}

/** A WAMP error as autobahn rejects with. */
export function wampError(uri: string): object {
  return { error: uri, args: ["what the router says"], kwargs: {} };
}

/** Answers may be values, promises, or throw. */
export function fakeSession(answers: FakeAnswers = {}): FakeSession {
  const handlers = new Map<string, EventHandler[]>();
  const fake: FakeSession = {
    calls: [],
    published: [],
    subscribed: [],
    send(topic, ...args) {
      for (const handler of handlers.get(topic) ?? []) handler(args, {}, { topic });
    },
    session: {
      id: 1,
      isOpen: true,
      register: () => new Promise(() => {}),
      unregister: async () => {},
      call: async (procedure, args = [], kwargs = {}) => {
        fake.calls.push({ procedure, args, kwargs });
        return answers.call?.(procedure, args);
      },
      subscribe: async (topic, handler) => {
        await answers.subscribe?.(topic);
        fake.subscribed.push(topic);
        handlers.set(topic, [...(handlers.get(topic) ?? []), handler]);
        return {};
      },
      publish: (topic, _args, kwargs, options) => {
        fake.published.push({ topic, kwargs, options });
        return Promise.resolve(answers.publish?.(topic));
      },
    },
  };
  return fake;
}
