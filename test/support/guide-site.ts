// A machine on which a guide is followed: command lines are typed as they stand, Crossbar and the component are real.

import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { freePorts, replacePorts } from "./crossbar-ports.js";
import { readGuide } from "./guide-text.js";

export interface GuideSite {
  readonly directory: string;
  /** The ports that stand for 8080, 8081 and 8089 of the documentation. */
  readonly ports: { readonly client: number; readonly component: number; readonly health: number };
  /** Writes the files and runs the command lines of a guide, or of some of its sections. @returns what they print */
  follow(guide: string, headings?: readonly string[]): Promise<string>;
  /** Runs command lines that a guide could have. */
  run(script: string): Promise<string>;
  /** A text of the documentation with the ports of this site. */
  here(text: string): string;
  stop(): void;
}

const root = packageRoot();
const CROSSBAR = process.env.CROSSBAR ?? join(root, ".venv", "bin", "crossbar");

/** Commands that stand in for the user's: nothing is downloaded, and what runs on goes into the background. */
const SHIMS = {
  npm: "exit 0",
  npx: `shift
[ "$1" = start ] || exec "$NODE" "$EXECUTABLE" "$@"
setsid "$NODE" "$EXECUTABLE" "$@" >> component.log 2>&1 &
echo $! | tee component.pid >> pids
until curl --silent --fail "http://127.0.0.1:$HEALTH/readyz" > /dev/null; do
  kill -0 $! || { cat component.log >&2; exit 1; }
  sleep 0.1
done`,
  systemctl: `case "$1" in
start) npx wamp-cookie-authenticator start --config authenticator.json ;;
stop) kill "$(cat component.pid)"; while kill -0 "$(cat component.pid)" 2> /dev/null; do sleep 0.1; done ;;
restart) systemctl stop "$2"; systemctl start "$2" ;;
reload) kill -HUP "$(cat component.pid)" ;;
esac`,
  crossbar: `if [ "$1" = start ]; then
  setsid "$CROSSBAR" "$@" --color false > crossbar.log 2>&1 &
  echo $! | tee crossbar.pid >> pids
  until grep --quiet NODE_BOOT_COMPLETE crossbar.log; do
    kill -0 $! || { cat crossbar.log >&2; exit 1; }
    sleep 0.1
  done
else
  "$CROSSBAR" "$@"
  while pgrep --session "$(cat crossbar.pid)" > /dev/null; do sleep 0.1; done
fi`,
};

/**
 * A directory inside the project, so that Node.js finds packages from it.
 *
 * @param otherPorts what stands for further ports of the documentation
 */
export async function makeGuideSite(
  name: string,
  environment: Readonly<Record<string, string>> = {},
  otherPorts: Readonly<Record<number, number>> = {},
): Promise<GuideSite> {
  const directory = join(root, ".test-tmp", `guide-${name}-${process.pid}`);
  const [client = 0, component = 0, health = 0, other = 0] = await freePorts(4);
  const standIns = { 8080: client, 8081: component, 8089: health, 9081: other, ...otherPorts };
  const here = (text: string): string => replacePorts(text, standIns);
  const shims = join(directory, "shims");
  mkdirSync(shims, { recursive: true });
  for (const [command, script] of Object.entries(SHIMS)) {
    writeFileSync(join(shims, command), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  }
  installPackage(join(directory, "node_modules", "wamp-cookie-authenticator"), here);
  const env = {
    ...process.env,
    PATH: `${shims}:${process.env.PATH}`,
    NODE: process.execPath,
    EXECUTABLE: join(root, "bin", "wamp-cookie-authenticator.js"),
    CROSSBAR,
    HEALTH: `${health}`,
    ...environment,
  };

  async function run(script: string): Promise<string> {
    const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", here(script)], {
      cwd: directory,
      env,
    });
    return stdout;
  }

  return {
    directory,
    ports: { client, component, health },
    here,
    run,
    async follow(guide, headings) {
      const sections = readGuide(join("docs", "guides", `${guide}.md`));
      const wanted = sections.filter(({ heading }) => headings?.includes(heading) ?? true);
      const unknown = headings?.filter((one) => !wanted.some(({ heading }) => heading === one)) ?? [];
      if (unknown.length > 0) throw new Error(`${guide} has no section ${unknown.join(", ")}`);
      for (const file of wanted.flatMap(({ files }) => files)) {
        writeFileSync(join(directory, file.name), here(file.text));
      }
      return run(wanted.map(({ script }) => script).join("\n"));
    },
    stop() {
      for (const pid of readPids(directory)) killSession(pid);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What `npm install` would leave, as far as a guide looks into it; with this site's ports in the examples. */
function installPackage(target: string, here: (text: string) => string): void {
  mkdirSync(target, { recursive: true });
  for (const name of ["package.json", "schema", "bin", "dist"])
    symlinkSync(join(root, name), join(target, name));
  const config = join(target, "config");
  cpSync(join(root, "config"), config, { recursive: true });
  for (const file of readdirSync(config, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".json")) continue;
    writeFileSync(join(config, file), here(readFileSync(join(config, file), "utf8")));
  }
}

function readPids(directory: string): number[] {
  try {
    return readFileSync(join(directory, "pids"), "utf8").trim().split("\n").map(Number);
  } catch {
    return []; // nothing was started
  }
}

function killSession(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
