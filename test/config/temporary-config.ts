// Configurations in temporary directories, built from a smallest valid one.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../src/config/config.js";
import { loadConfig } from "../../src/config/load-config.js";
import { CookieAuthenticatorError } from "../../src/errors.js";

/** A JSON object that a test may change. */
export type Json = { [key: string]: unknown };

/** The router of the smallest configuration, with changes. */
export function router(changes: Json = {}): Json {
  return {
    url: "ws://127.0.0.1:8081",
    realm: "realm1",
    auth: { method: "anonymous" },
    procedure: "com.example.cookie.authenticate",
    ...changes,
  };
}

/** The smallest configuration, with changes. */
export function content(changes: Json = {}): Json {
  return { store: { path: "cookies" }, routers: [router()], ...changes };
}

/** A fresh directory. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), "config-test-"));
}

/** Writes a configuration, as JSON or as the text it is, and gives its path. */
export function writeConfig(config: unknown, directory: string = temporaryDirectory()): string {
  const file = join(directory, "config.json");
  writeFileSync(file, typeof config === "string" ? config : JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** Loads a configuration that must be right. */
export async function load(config: unknown, env: NodeJS.ProcessEnv = {}): Promise<Config> {
  return (await loadConfig(writeConfig(config), { env })).config;
}

/** The error of a configuration that must be wrong. */
export async function loadError(
  config: unknown,
  env: NodeJS.ProcessEnv = {},
): Promise<CookieAuthenticatorError> {
  try {
    await loadConfig(writeConfig(config), { env });
  } catch (error) {
    if (error instanceof CookieAuthenticatorError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

/** The lines about single keys in an error's message. */
export function problemLines(error: CookieAuthenticatorError): string[] {
  return error.message
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}
