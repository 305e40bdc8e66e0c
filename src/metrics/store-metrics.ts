// Metrics of the cookie database: whether it can be read, which it is, how full.

import { Gauge, type Registry } from "prom-client";
import type { StoreInfo } from "../store/cookie-reader.js";
import { METRIC_PREFIX } from "./metric-names.js";

/** Registers the metrics, and gives how to set them; `undefined`: the store can't be read. */
export function createStoreMetrics(registers: Registry[]): (info: StoreInfo | undefined) => void {
  const up = new Gauge({
    name: `${METRIC_PREFIX}store_up`,
    help: "1: the cookie database can be read.",
    registers,
  });
  const about = new Gauge({
    name: `${METRIC_PREFIX}store_info`,
    help: "Always 1. engine: lmdb-js (native), lmdb-reader (plain TypeScript) or memory; format: LMDB's data format.",
    labelNames: ["engine", "format"],
    registers,
  });
  const numbers = [
    { key: "usedBytes", name: "store_used_bytes", help: "Bytes of the database's pages in use." },
    {
      key: "maxSizeBytes",
      name: "store_max_size_bytes",
      help: "Where our own writes stop: store.maxSize. Absent where this process only reads.",
    },
    {
      key: "entries",
      name: "store_entries",
      help: "Keys in the database: of each cookie the record and its value, and what our own indexes have of it.",
    },
  ] as const;
  const gauges = numbers.map(({ key, name, help }) => ({
    key,
    gauge: new Gauge({ name: `${METRIC_PREFIX}${name}`, help, registers }),
  }));
  return (info) => {
    up.set(Number(info !== undefined));
    about.reset();
    if (info !== undefined) about.set({ engine: info.engine, format: info.format ?? "" }, 1);
    for (const { key, gauge } of gauges) {
      const value = info?.[key];
      if (value === undefined) gauge.remove();
      else gauge.set(value);
    }
  };
}
