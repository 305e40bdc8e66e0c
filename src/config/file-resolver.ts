// What the configuration points to outside of itself: environment variables and files, with all failures collected.

import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errorCodeOf } from "../errors.js";
import type { SecretSource } from "./config-file.js";
import { type ConfigProblem, invalidConfig, problemsError } from "./config-problem.js";

/** Read, write or search for users that are neither the owner nor in the group. */
const OTHERS = 0o007;

/** Resolves secrets and PEM files of one configuration file; failures and warnings add up in it. */
export class FileResolver {
  readonly secretProblems: ConfigProblem[] = [];
  readonly fileProblems: ConfigProblem[] = [];
  readonly warnings: ConfigProblem[] = [];
  readonly #file: string;
  readonly #env: NodeJS.ProcessEnv;
  #inlineSecretAt: string | undefined;

  /** `file`: absolute path of the configuration file. */
  constructor(file: string, env: NodeJS.ProcessEnv) {
    this.#file = file;
    this.#env = env;
  }

  /** A path of the configuration, made absolute: relative ones begin at the configuration file. */
  path(path: string): string {
    return resolve(dirname(this.#file), path);
  }

  /** The text of a secret; "" if it can't be had, with a problem at `path` that names where it was looked for. */
  async secret(source: SecretSource, path: string): Promise<string> {
    if (typeof source === "string") {
      this.#inlineSecretAt ??= path;
      return source;
    }
    if ("env" in source) {
      const value = this.#env[source.env];
      if (value !== undefined && value !== "") return value;
      const state = value === undefined ? "isn't set" : "is empty";
      this.secretProblems.push({ path, message: `the environment variable ${source.env} ${state}` });
      return "";
    }
    const file = this.path(source.file);
    const text = await this.#read(file, path, this.secretProblems);
    if (text === undefined) return "";
    await this.#warnIfOpen(file, path);
    const secret = text.replace(/\r?\n$/, "");
    if (secret === "") this.secretProblems.push({ path, message: `the file ${file} is empty` });
    return secret;
  }

  /** The text of a PEM file; "" with a problem at `path` if it can't be read or is no PEM. */
  async pem(pemFile: string, path: string, options: { readonly isKey?: boolean } = {}): Promise<string> {
    const file = this.path(pemFile);
    const text = await this.#read(file, path, this.fileProblems);
    if (text === undefined) return "";
    if (!text.includes("-----BEGIN ")) {
      this.fileProblems.push({ path, message: `the file ${file} is no PEM: it has no -----BEGIN line` });
    }
    if (options.isKey === true) await this.#warnIfOpen(file, path);
    return text;
  }

  /** Secrets in the configuration itself are as safe as that file. Call it after all secrets. */
  async warnOfInlineSecrets(): Promise<void> {
    if (this.#inlineSecretAt !== undefined) await this.#warnIfOpen(this.#file, this.#inlineSecretAt);
  }

  /**
   * Ends the loading if anything couldn't be had. Call it after all secrets and files.
   *
   * @throws `ERR_CONFIG_SECRET`, `ERR_CONFIG_INVALID`
   */
  throwProblems(): void {
    if (this.secretProblems.length > 0) {
      throw problemsError(
        "ERR_CONFIG_SECRET",
        this.#file,
        this.secretProblems,
        "set the variable or write the file, for the user and environment that this process runs with",
      );
    }
    if (this.fileProblems.length > 0) throw invalidConfig(this.#file, this.fileProblems);
  }

  /** a store that every user can reach is said. One that isn't there yet is the store's own matter. */
  async warnOfOpenStore(directory: string): Promise<void> {
    await this.#warnIfOpen(directory, "store.path").catch(() => {});
  }

  async #read(file: string, path: string, problems: ConfigProblem[]): Promise<string | undefined> {
    try {
      return await readFile(file, "utf8");
    } catch (error) {
      problems.push({
        path,
        message: `the file ${file} can't be read (${errorCodeOf(error) ?? "unknown error"})`,
      });
      return undefined;
    }
  }

  async #warnIfOpen(file: string, path: string): Promise<void> {
    if (process.platform === "win32") return; // no mode bits that mean anything
    const { mode } = await stat(file);
    if ((mode & OTHERS) === 0) return;
    this.warnings.push({ path, message: `every user of this machine can reach ${file}: chmod o= ${file}` });
  }
}
