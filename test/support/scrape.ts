// What a scrape says, read back from Prometheus' text format.

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** @throws Error on a line that is no sample and no comment */
export function parseScrape(text: string): Sample[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [, name = "", labels = "", value = ""] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === "") throw new Error(`no sample: ${line}`);
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", text = ""]) => [
      key,
      text,
    ]);
    return { name, labels: Object.fromEntries(pairs), value: toNumber(value) };
  });
}

/** The value of the only sample with this name and these labels; `undefined` if there is none. */
export function findValue(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
  );
  if (found.length > 1) throw new Error(`${name} ${JSON.stringify(labels)} is there ${found.length} times`);
  return found[0]?.value;
}

function toNumber(text: string): number {
  // "Nan": what prom-client writes where it has measured nothing yet.
  if (/^nan$/i.test(text)) return Number.NaN;
  const number = text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text);
  if (Number.isNaN(number)) throw new Error(`no number: ${text}`);
  return number;
}
