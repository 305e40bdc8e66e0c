// The completion script for fish: one line for each word that can be typed, with the command before it as condition.

import type { CommandWords, OptionWords, ValueKind } from "./command-words.js";

/** @param name of the executable */
export function toFishScript(name: string, commands: readonly CommandWords[]): string {
  const at = `__${name.replaceAll("-", "_")}_at`;
  return `# fish completion of ${name}: save it as ${name}.fish in ~/.config/fish/completions
function ${at} -d 'whether the command line is in this command, and at which of its arguments'
    set -l path
    set -l nth 0
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip -eq 1
            set skip 0
            continue
        end
        switch "$path $word"
${commands.flatMap(toBranch).join("\n")}
            case '*'
                string match -q -- '-*' $word; or set nth (math $nth + 1)
        end
    end
    test "$path" = "$argv[1]"; and begin; test (count $argv) -eq 1; or test $nth -eq $argv[2]; end
end

complete -c ${name} -f
${commands.flatMap((words) => toLines(name, at, words)).join("\n")}
`;
}

function toBranch({ path, aliases, options }: CommandWords): string[] {
  const above = path.slice(0, -1).join(" ");
  const here = path.join(" ");
  const names = [...path.slice(-1), ...aliases].map((word) => quote(`${above} ${word}`));
  const valued = options
    .filter(({ value }) => value !== undefined)
    .flatMap(({ flags }) => flags.map((flag) => quote(`${here} ${flag}`)));
  return [
    ...(path.length === 0
      ? []
      : [`            case ${names.join(" ")}`, `                set path ${quote(here)}`]),
    ...(valued.length === 0 ? [] : [`            case ${valued.join(" ")}`, "                set skip 1"]),
  ];
}

function toLines(name: string, at: string, { path, options, values, commands }: CommandWords): string[] {
  const here = path.join(" ");
  const line = (words: string, nth?: number): string =>
    `complete -c ${name} -n ${quote(`${at} ${quote(here)}${nth === undefined ? "" : ` ${nth}`}`)} ${words}`;
  return [
    ...commands.map((child) => line(`-a ${quote(child.name)} -d ${quote(child.description)}`, 0)),
    ...options.map((option) => line(toOption(option))),
    ...(commands.length > 0 ? [] : values.map((value, nth) => [value, nth] as const))
      .filter(([value]) => value !== "free")
      .map(([value, nth]) => line(toValue(value), nth)),
  ];
}

function toOption({ flags, description, value }: OptionWords): string {
  const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const text = `${names.join(" ")} -d ${quote(description)}`;
  if (value === undefined) return text;
  return value === "free" ? `${text} -x` : `${text} -r ${toValue(value)}`;
}

function toValue(value: ValueKind): string {
  if (typeof value === "object") return `-f -a ${quote(value.choices.join(" "))}`;
  return value === "directory" ? `-f -a ${quote("(__fish_complete_directories)")}` : "-F";
}

/** For fish, as one word that means itself. */
function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
