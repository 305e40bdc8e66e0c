// The completion script for zsh: one function for each command, made of _arguments.

import type { CommandWords, OptionWords, ValueKind } from "./command-words.js";

/** @param name of the executable */
export function toZshScript(name: string, commands: readonly CommandWords[]): string {
  const root = `_${name.replaceAll("-", "_")}`;
  const functionOf = (path: readonly string[]): string => [root, ...path].join("__").replaceAll("-", "_");
  const functions = commands.map((words) => `${functionOf(words.path)}() {\n${toBody(words, functionOf)}\n}`);
  return `#compdef ${name}
# zsh completion of ${name}: save it as _${name} in a directory of $fpath, or source it after compinit

${functions.join("\n\n")}

if [ "$funcstack[1]" = "_${name}" ]; then
  ${root} "$@"
else
  compdef ${root} ${name}
fi
`;
}

function toBody(words: CommandWords, functionOf: (path: readonly string[]) => string): string {
  const options = words.options.map(toSpec);
  if (words.commands.length === 0) {
    const values = words.values.map((value, at) => quote(`${at + 1}:value:${toAction(value)}`));
    return toCall([...options, ...values]);
  }
  const described = words.commands.map(({ name, description }) =>
    quote(`${name}:${description.replaceAll(":", "\\:")}`),
  );
  const branches = words.commands.map(
    ({ name, aliases }) => `        ${[name, ...aliases].join("|")}) ${functionOf([...words.path, name])} ;;`,
  );
  return `  local context state line curcontext="$curcontext"
  local -A opt_args
${toCall([...options, "'1:command:->command'", "'*::argument:->argument'"], "-C ")}
  case $state in
    command)
      local -a commands=(
        ${described.join("\n        ")}
      )
      _describe command commands ;;
    argument)
      case $line[1] in
${branches.join("\n")}
      esac ;;
  esac`;
}

function toCall(specs: readonly string[], flags = ""): string {
  return `  _arguments ${flags}-s \\\n    ${specs.join(" \\\n    ")}`;
}

/** `'(-h --help)'{-h,--help}'[text]:value:_files'` */
function toSpec({ flags, description, value }: OptionWords): string {
  const text = `[${description.replaceAll("\\", "\\\\").replaceAll("[", "\\[").replaceAll("]", "\\]")}]`;
  const rest = value === undefined ? text : `${text}:value:${toAction(value)}`;
  const [first = "", ...more] = flags;
  const mark = value === undefined ? "" : first.startsWith("--") ? "=" : "";
  if (more.length === 0) return quote(`${first}${mark}${rest}`);
  return `${quote(`(${flags.join(" ")})`)}{${flags.join(",")}}${quote(rest)}`;
}

function toAction(value: ValueKind): string {
  if (typeof value === "object") return `(${value.choices.join(" ")})`;
  return { file: "_files", directory: "_files -/", free: " " }[value];
}

/** For the shell, as one word that means itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
