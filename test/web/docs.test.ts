// The examples of docs/web.md: they compile as they stand, and run on a real database.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { content } from "../config/temporary-config.js";
import { waitFor } from "../support/wait-for.js";
import { cookieOf } from "./web-server.js";

const root = packageRoot();
const text = readFileSync(join(root, "docs", "web.md"), "utf8");
const examples = [...text.matchAll(/^## ([^\n]+)\n\n```ts\n(.*?)^```/gms)].map(
  ([, name = "", code = ""]) => [name, code] as const,
);
// Inside the project, so that the package finds itself by its name.
const directory = join(root, ".test-tmp", `web-docs-${process.pid}`);

const USERS = `export async function checkPassword(form: unknown): Promise<string> {
  const { user, password } = form as { user: string; password: string };
  if (password === "right") return user;
  throw Object.assign(new Error("wrong"), { statusCode: 401 });
}
`;

const fileOf = (name: string): string => `example-${name.replace(/\W/g, "-")}`;

beforeAll(async () => {
  mkdirSync(directory, { recursive: true });
  await initCookieStore(join(directory, "cookies"));
  const config = content({ store: { path: "cookies" }, sessions: { prefix: "com.example.session." } });
  writeFileSync(join(directory, "authenticator.json"), JSON.stringify(config), { mode: 0o600 });
  writeFileSync(join(directory, "users.ts"), USERS);
  for (const [name, code] of examples) writeFileSync(join(directory, `${fileOf(name)}.ts`), code);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("each server has an example, of ten lines beside those that an application has anyway", () => {
  expect(examples.map(([name]) => name)).toEqual(["Express", "Fastify", "node:http"]);
  const isTheirs = /^(import .* from "(express|fastify|\.\/users\.js)"|(await )?app\.listen)/;
  for (const [, code] of examples.slice(0, 2))
    expect(code.split("\n").filter((line) => line !== "" && !isTheirs.test(line)).length).toBeLessThanOrEqual(
      10,
    );
});

test("they compile, in the strictest way", () => {
  const files = [...examples.map(([name]) => `${fileOf(name)}.ts`), "users.ts"].map((file) =>
    join(directory, file),
  );
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const options = ["--strict", "--exactOptionalPropertyTypes", "--module", "NodeNext", "--target", "ES2022"];
  const result = spawnSync(
    process.execPath,
    [tsc, "--ignoreConfig", ...options, "--types", "node", ...files],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  expect(result.stdout).toBe("");
  expect(result.status).toBe(0);
});

describe.each(examples)("%s", (name) => {
  let child: ChildProcess | undefined;
  afterEach(async () => {
    if (child === undefined || child.exitCode !== null) return;
    child.kill();
    await once(child, "exit");
  });

  test("logs in, knows its user, refuses other sites, logs out", async () => {
    const port = await findPort();
    const file = join(directory, `${fileOf(name)}.js`);
    writeFileSync(file, readFileSync(file, "utf8").replace("8080", String(port)));
    child = spawn(process.execPath, [file], { cwd: directory, stdio: "inherit" });
    const send = (path: string, init: RequestInit = {}) => fetch(`http://localhost:${port}${path}`, init);
    const post = (path: string, body: object, headers: Record<string, string> = {}) =>
      send(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      });
    await waitFor("the server", () => send("/me").catch(() => undefined));

    expect((await post("/login", { user: "joe", password: "wrong" })).status).toBe(401);
    const login = await post("/login", { user: "joe", password: "right" });
    expect(login.status).toBe(200);
    const cookie = `cbtid=${cookieOf(login)}`;
    expect(await (await send("/me", { headers: { cookie } })).json()).toMatchObject({ authid: "joe" });
    expect(await (await send("/me")).json()).toBeNull();
    const foreign = await post("/logout", {}, { cookie, "sec-fetch-site": "cross-site" });
    expect(foreign.status).toBe(403);
    expect(await (await send("/me", { headers: { cookie } })).json()).toMatchObject({ authid: "joe" });
    expect(cookieOf(await post("/logout", {}, { cookie }))).toBe("");
    expect(await (await send("/me", { headers: { cookie } })).json()).toBeNull();
  });
});

async function findPort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
