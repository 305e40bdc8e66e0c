// The level of a log and of all that was derived from it, changeable while it is written.

import type { Level, Logger } from "pino";

/** What can be written at all, from most to least. */
export type LogLevel = Level | "silent";

/**
 * The children of each log that can be found again. pino copies the level to a child when it is made; which children
 * there are, nobody but us knows. Weakly held: who makes a child for a connection needs not say when it is gone.
 */
const childrenOf = new WeakMap<Logger, Set<WeakRef<Logger>>>();

/** Sets of children, to be rid of what was collected. */
const collected = new FinalizationRegistry<() => void>((forget) => forget());

/** Begins to know the children of a log, and theirs. Hand the result to pino as `onChild`. */
export function createChildRegister(): { readonly add: (child: Logger) => void; useFor(log: Logger): void } {
  const children = new Set<WeakRef<Logger>>();
  return {
    add(child) {
      const reference = new WeakRef(child);
      children.add(reference);
      collected.register(child, () => children.delete(reference));
    },
    useFor: (log) => void childrenOf.set(log, children),
  };
}

/**
 * Changes the level of a log that `createLog` made, and of everything derived from it, from the next line on.
 *
 * @param log the log itself, not a child of it
 */
export function setLogLevel(log: Logger, level: LogLevel): void {
  log.level = level;
  for (const reference of childrenOf.get(log) ?? []) {
    const child = reference.deref();
    if (child !== undefined) child.level = level;
  }
}
