// cookies stats: how many records there are of each kind, how old they are, and when they expire.

import type { Command } from "@commander-js/extra-typings";
import { type Histogram, type NamedCounts, type StoreSurvey, surveyStore } from "../../session/survey.js";
import type { CliContext } from "../cli-context.js";
import { type Bar, canShowBlocks, drawBars } from "../draw-bars.js";
import { toReadingContext } from "../ending-context.js";
import { interrupted, withInterrupt } from "../interruptible.js";
import { showProgress } from "../progress-bar.js";
import { findStoreTarget, withReader } from "../store-target.js";
import { writeText } from "../write-text.js";

/** Names that are shown of each kind; --json has them all. */
const NAMES_SHOWN = 10;

/** Adds `cookies stats`. */
export function addCookiesStats(cookies: Command, context: CliContext): void {
  cookies
    .command("stats")
    .description("count cookies by state, realm, role, method, age and time to expiry")
    .option("--db <path>", "database directory")
    .option("--config <file>", "configuration file with the store and lifetimes")
    .option("--json", "print the counts as JSON")
    .addHelpText(
      "after",
      `
Reads all records, page by page, beside Crossbar and a running component. With
--config the configured lifetimes count; with --db only the cookies' own.
Realms, roles, methods and times to expiry are those of valid cookies.

Example:
  $ wamp-cookie-authenticator cookies stats --db .crossbar/.cookies`,
    )
    .action(async (options) => {
      const settings = await findStoreTarget(options, context);
      const progress = showProgress(context.stderr, context.env);
      const survey = await withInterrupt(context, (signal) =>
        withReader(settings, context, async (reader) =>
          surveyStore(await toReadingContext(reader, context), {
            limits: settings.limits,
            signal,
            onRecords: (done) => progress.report({ phase: "counting", done }),
          }),
        ),
      ).finally(progress.stop);
      if (survey === undefined) throw interrupted("interrupted: not all records were counted");
      const withBlocks = canShowBlocks(context.stdout.isTTY === true, context.env);
      await writeText(
        context.stdout,
        options.json === true ? `${JSON.stringify(survey)}\n` : formatSurvey(survey, withBlocks),
      );
    });
}

function formatSurvey(survey: StoreSurvey, withBlocks: boolean): string {
  const { records, states, neverExpire, clockBehindSeconds } = survey;
  const sections: readonly (readonly [string, readonly Bar[]])[] = [
    ["By state", Object.entries(states).map(([label, count]) => ({ label, count }))],
    ["By realm", toBars(survey.byRealm)],
    ["By role", toBars(survey.byRole)],
    ["By method", toBars(survey.byAuthmethod)],
    ["By age", toTimeBars(survey.age)],
    [
      "By time to expiry",
      [...toTimeBars(survey.expiry), ...(neverExpire > 0 ? [{ label: "never", count: neverExpire }] : [])],
    ],
  ];
  const text = sections
    .filter(([, bars]) => bars.some(({ count }) => count > 0))
    .flatMap(([title, bars]) => ["", title, ...drawBars(bars, withBlocks)]);
  const clock =
    clockBehindSeconds > 0
      ? [`The clock here is ${clockBehindSeconds} s behind the database's (db reset-clock).`]
      : [];
  return `${[records === 1 ? "1 record" : `${records} records`, ...clock, ...text].join("\n")}\n`;
}

function toBars({ counts, others }: NamedCounts): Bar[] {
  const shown = counts
    .slice(0, NAMES_SHOWN)
    .map(({ name, count }) => ({ label: name === "" ? "-" : name, count }));
  const rest = counts.slice(NAMES_SHOWN).reduce((sum, { count }) => sum + count, others);
  return rest > 0 ? [...shown, { label: "(others)", count: rest }] : shown;
}

function toTimeBars(histogram: Histogram): Bar[] {
  const last = histogram.at(-2)?.underSeconds ?? 0;
  return histogram.map(({ underSeconds, count }) => ({
    label: underSeconds === null ? `${toDuration(last)} and more` : `under ${toDuration(underSeconds)}`,
    count,
  }));
}

function toDuration(seconds: number): string {
  return seconds < 86_400 ? `${seconds / 3600} h` : `${seconds / 86_400} d`;
}
