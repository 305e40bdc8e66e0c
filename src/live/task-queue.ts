// Runs tasks a few at a time, in the order in which they came.

export interface TaskQueue {
  /** Takes a task that never rejects. */
  push(task: () => Promise<void>): void;
}

export function createTaskQueue(limit: number): TaskQueue {
  // A set keeps the order, and its first entry goes at once where an array would move all others.
  const waiting = new Set<() => Promise<void>>();
  let running = 0;

  const work = async (): Promise<void> => {
    running += 1;
    for (const task of waiting) {
      waiting.delete(task);
      await task();
    }
    running -= 1;
  };

  return {
    push(task) {
      waiting.add(task);
      if (running < limit) void work();
    },
  };
}
