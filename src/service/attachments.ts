// The attachments to routers, or to their realms, as the configuration has them now: made, replaced and taken away.

import { isDeepStrictEqual } from "node:util";

/** What is attached. */
export interface Attached {
  /** Begins to join; returns at once. */
  start(): void;
  /** No new calls after this; resolves when the last ones are answered. Bounded in time. */
  unregister(): Promise<void>;
  /** Says GOODBYE. Bounded in time. */
  stop(): Promise<void>;
}

export interface AttachmentsOptions<Target, Part extends Attached> {
  /** What stays the same when the rest of a target changes. */
  readonly toKey: (target: Target) => string;
  /** Makes a part, not yet started. */
  readonly attach: (target: Target) => Part;
  /** A part takes no calls any more, and the next one of the same key isn't made yet. */
  readonly onDetached?: (target: Target) => void;
}

export interface Attachments<Target, Part extends Attached> extends Attached {
  readonly parts: readonly Part[];
  /**
   * Makes it so that these targets are attached and no others. What hasn't changed isn't touched; what has is detached
   * first: a router takes a procedure only once. Resolves when all is done; a second call waits for the first.
   */
  follow(targets: readonly Target[]): Promise<void>;
}

/** @throws what `attach` throws for one of `targets` */
export function createAttachments<Target, Part extends Attached>(
  targets: readonly Target[],
  options: AttachmentsOptions<Target, Part>,
): Attachments<Target, Part> {
  const { toKey, attach, onDetached } = options;
  interface Entry {
    readonly target: Target;
    readonly part: Part;
  }
  const entries = new Map<string, Entry>();
  let isStarted = false;
  let isEnding = false;
  let following: Promise<unknown> = Promise.resolve();

  const add = (target: Target): void => {
    const part = attach(target);
    entries.set(toKey(target), { target, part });
    if (isStarted) part.start();
  };

  const follow = async (next: readonly Target[]): Promise<void> => {
    if (isEnding) return;
    const wanted = new Map(next.map((target) => [toKey(target), target]));
    const leaving = [...entries].filter(([key, { target }]) => !isDeepStrictEqual(target, wanted.get(key)));
    for (const target of next) if (!entries.has(toKey(target))) add(target);
    await Promise.all(
      leaving.map(async ([key, { target, part }]) => {
        await part.unregister();
        onDetached?.(target);
        const successor = wanted.get(key);
        if (successor === undefined || isEnding) entries.delete(key);
        else add(successor);
        await part.stop();
      }),
    );
  };

  const parts = (): Part[] => [...entries.values()].map(({ part }) => part);
  for (const target of targets) add(target);

  return {
    get parts() {
      return parts();
    },
    start() {
      isStarted = true;
      for (const part of parts()) part.start();
    },
    follow(next) {
      const done = following.then(() => follow(next));
      following = done.catch(() => {});
      return done;
    },
    async unregister() {
      isEnding = true;
      await Promise.all([following, ...parts().map((part) => part.unregister())]);
    },
    async stop() {
      isEnding = true;
      await Promise.all([following, ...parts().map((part) => part.stop())]);
    },
  };
}
