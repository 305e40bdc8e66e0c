// Metrics of the cookie database: whether it can be read, which it is, how full.

import { Counter, Gauge, type Registry } from "prom-client";
import type { NearCacheFigures, StoreInfo } from "../store/cookie-reader.js";
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
    help:
      "Always 1. engine: lmdb-js (native), lmdb-reader (plain TypeScript), valkey, redis or memory; format: LMDB's data " +
      "format; version: of the server.",
    labelNames: ["engine", "format", "version"],
    registers,
  });
  const numbers = [
    {
      key: "usedBytes",
      name: "store_used_bytes",
      help: "Bytes of the database's pages in use; on a Valkey or Redis the memory that the server uses.",
    },
    {
      key: "maxSizeBytes",
      name: "store_max_size_bytes",
      help: "Where our own writes stop: store.maxSize, or the server's maxmemory. Absent where this process only reads, or there is no limit.",
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
  const showNearCache = createNearCacheMetrics(registers);
  return (info) => {
    showNearCache(info?.nearCache);
    up.set(Number(info !== undefined));
    about.reset();
    if (info !== undefined) about.set(toLabels(info), 1);
    for (const { key, gauge } of gauges) {
      const value = info?.[key];
      if (value === undefined) gauge.remove();
      else gauge.set(value);
    }
  };
}

function toLabels({ engine, format = "", serverVersion }: StoreInfo): Record<string, string> {
  return serverVersion === undefined ? { engine, format } : { engine, format, version: serverVersion };
}

/** `undefined`: there is none, or the store can't be read; then its counts stay. */
function createNearCacheMetrics(registers: Registry[]): (info: NearCacheFigures | undefined) => void {
  const on = new Gauge({
    name: `${METRIC_PREFIX}store_near_cache_on`,
    help: "1: look-ups may be answered from memory. Absent without store.nearCache.",
    registers,
  });
  const entries = new Gauge({
    name: `${METRIC_PREFIX}store_near_cache_entries`,
    help: "Records kept in this process.",
    registers,
  });
  const lookUps = new Counter({
    name: `${METRIC_PREFIX}store_near_cache_lookups_total`,
    help: "Look-ups with store.nearCache. result: hit (answered from memory), shared (by the answer to another, under way) or miss (asked the server).",
    labelNames: ["result"],
    registers,
  });
  on.remove();
  entries.remove();
  return (info) => {
    if (info === undefined) {
      on.remove();
      entries.remove();
      return;
    }
    on.set(Number(info.isOn));
    entries.set(info.entries);
    lookUps.reset();
    lookUps.inc({ result: "hit" }, info.hits);
    lookUps.inc({ result: "shared" }, info.shared);
    lookUps.inc({ result: "miss" }, info.misses);
  };
}
