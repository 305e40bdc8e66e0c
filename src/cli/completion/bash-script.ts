// The completion script for bash, 3.2 of macOS included; it needs no package of completions.

import type { CommandWords, ValueKind } from "./command-words.js";

/** @param name of the executable */
export function toBashScript(name: string, commands: readonly CommandWords[]): string {
  const functionName = `_${name.replaceAll("-", "_")}`;
  return `# bash completion of ${name}: source it, or put it into a directory of bash-completion
${functionName}() {
  local cur prev word path="" at=1 nth=0 IFS=$' \\t\\n'
  cur=\${COMP_WORDS[COMP_CWORD]}
  prev=\${COMP_WORDS[COMP_CWORD-1]}
  # bash breaks --option=value into three words
  if [[ $cur == "=" ]]; then cur=""
  elif [[ $prev == "=" ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  # the command so far, and how many arguments it has
  while [ $at -lt $COMP_CWORD ]; do
    word=\${COMP_WORDS[at]}
    case "$path $word" in
${commands.flatMap(toBranch).join("\n")}
      *) case "$word" in
          -*|=) ;;
          *) nth=$((nth+1)) ;;
        esac ;;
    esac
    at=$((at+1))
  done
  COMPREPLY=()
  case "$path $prev" in
${commands.flatMap(toOptionValues).join("\n")}
  esac
  if [[ $cur == -* ]]; then
    case "$path" in
${commands.map(toOptions).join("\n")}
    esac
    return
  fi
  case "$path:$nth" in
${commands.flatMap(toArguments).join("\n")}
  esac
}
complete -F ${functionName} ${name}
`;
}

/** Words that lead to the command, and options whose value is no argument. */
function toBranch({ path, aliases, options }: CommandWords): string[] {
  const above = path.slice(0, -1).join(" ");
  const names = [...path.slice(-1), ...aliases];
  const valued = options.filter(({ value }) => value !== undefined).flatMap(({ flags }) => flags);
  const here = path.join(" ");
  return [
    ...(path.length === 0
      ? []
      : [`      ${names.map((word) => quote(`${above} ${word}`)).join("|")}) path=${quote(here)} ;;`]),
    // The value is skipped; with = it stands two words further.
    ...(valued.length === 0
      ? []
      : [
          `      ${valued.map((flag) => quote(`${here} ${flag}`)).join("|")})` +
            ` if [[ \${COMP_WORDS[at+1]} == "=" ]]; then at=$((at+2)); else at=$((at+1)); fi ;;`,
        ]),
  ];
}

function toOptionValues({ path, options }: CommandWords): string[] {
  return options.flatMap(({ flags, value }) =>
    value === undefined
      ? []
      : [
          `    ${flags.map((flag) => quote(`${path.join(" ")} ${flag}`)).join("|")}) ${toReply(value)}; return ;;`,
        ],
  );
}

function toOptions({ path, options }: CommandWords): string {
  const flags = options.flatMap(({ flags }) => flags).join(" ");
  return `      ${quote(path.join(" "))}) COMPREPLY=($(compgen -W ${quote(flags)} -- "$cur")) ;;`;
}

function toArguments({ path, values, commands }: CommandWords): string[] {
  const here = path.join(" ");
  if (commands.length > 0) {
    const choices = commands.map(({ name }) => name);
    return [`    ${quote(`${here}:0`)}) ${toReply({ choices })} ;;`];
  }
  return values.map((value, at) => `    ${quote(`${here}:${at}`)}) ${toReply(value)} ;;`);
}

function toReply(value: ValueKind): string {
  if (value === "free") return ":";
  if (typeof value === "object")
    return `COMPREPLY=($(compgen -W ${quote(value.choices.join(" "))} -- "$cur"))`;
  // Each name is one line, and names may have blanks.
  const files = `IFS=$'\\n'; COMPREPLY=($(compgen ${value === "file" ? "-f" : "-d"} -- "$cur"))`;
  return `${files}; compopt -o filenames 2>/dev/null`;
}

/** For the shell, as one word that means itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
