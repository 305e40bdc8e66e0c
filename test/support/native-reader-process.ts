// Child process of the crash tests: opens a database as a service does, looks records up, says what came of it, and with
// `--stay` waits to be killed.

import { setTimeout as delay } from "node:timers/promises";
import { openLastingReader } from "../../src/store/lasting-reader.js";

const [path = "", ...rest] = process.argv.slice(2);
const values = rest.filter((argument) => argument !== "--stay");
const events: string[] = [];
const reader = await openLastingReader({
  path,
  events: {
    onAvailable: ({ engine, crashes }) => events.push(`available ${engine} ${crashes}`),
    onUnavailable: ({ code }) => events.push(`unavailable ${code}`),
    onReplaced: ({ code }) => events.push(`replaced ${code}`),
  },
});
await delay(0);
const answers = values.map((value) => {
  try {
    return (reader.findByValue(value) as { oid: string } | undefined)?.oid ?? "none";
  } catch (error) {
    return (error as { code: string }).code;
  }
});
process.stdout.write(JSON.stringify({ events, answers }));
if (rest.includes("--stay")) await delay(60_000);
await reader.close();
process.exit(0);
