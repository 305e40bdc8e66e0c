// What the schema can't say about `store`, of either type.

import { checkStoreUse } from "./check-store-use.js";
import { checkValkeyStore } from "./check-valkey-store.js";
import type { ConfigFile } from "./config-file.js";
import type { ConfigProblem } from "./config-problem.js";
import { isValkeySection } from "./store-section.js";

/** The problems and warnings of `store` and of what hangs on it, each by its path. */
export function checkStore(content: ConfigFile): {
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
} {
  const { store, authenticator } = content;
  const own = isValkeySection(store)
    ? checkValkeyStore(store, authenticator.deadline)
    : { problems: [], warnings: [] };
  return { problems: [...own.problems, ...checkStoreUse(content)], warnings: own.warnings };
}
