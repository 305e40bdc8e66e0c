// The load of the bench of purge: asks the service for a cookie's value at a steady rate, over a pipe, whatever becomes
// of the answers before. Prints one number a line, which the service answers with the same number.
// On standard input `report`: prints `report [ms, …]`, the times between question and answer since the last report.

import { createInterface } from "node:readline";

const EVERY_MS = 1000 / Number(process.argv[2]);
const asked = new Map<string, number>();
let times: number[] = [];
let next = 0;
let due = performance.now();

createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (line === "report") {
      process.stdout.write(`report ${JSON.stringify(times)}\n`);
      times = [];
      return;
    }
    const begin = asked.get(line);
    asked.delete(line);
    if (begin !== undefined) times.push(performance.now() - begin);
  })
  .on("close", () => process.exit());
ask();

function ask(): void {
  const now = performance.now();
  for (; due <= now; due += EVERY_MS) {
    next += 1;
    asked.set(String(next), performance.now());
    process.stdout.write(`${next}\n`);
  }
  setTimeout(ask, due - now);
}
