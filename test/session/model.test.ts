// The property of CookieSessions in memory, with plain and with hashed values.

import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { describeSessions } from "./sessions-model.js";

describeSessions("in memory", async () => createMemoryStore(), { numRuns: 200 });
describeSessions("in memory, hashed values", async () => createMemoryStore({ hashValues: true }));
