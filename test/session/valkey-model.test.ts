// The property of CookieSessions on Valkey and Redis, with plain and with hashed values.

import { openValkeyStore } from "../../src/store/valkey/open-valkey-store.js";
import { describeEachServer } from "../store/valkey/each-server.js";
import { describeSessions } from "./sessions-model.js";

describeEachServer("sessions", ({ options }, name) => {
  const runs = { numRuns: 12 };
  describeSessions(name, () => openValkeyStore(options({ hashValues: false })), runs);
  describeSessions(`${name}, hashed values`, () => openValkeyStore(options()), runs);
});
