// The command tree as what can be typed: commands, options, choices, files; the same for every shell.

import type { CommandUnknownOpts } from "@commander-js/extra-typings";

/** What a value may be. Oids, authids and cookie values are never proposed: they are in the database. */
export type ValueKind = "file" | "directory" | "free" | { readonly choices: readonly string[] };

export interface OptionWords {
  /** `--limit`, and `-h` if there is one. */
  readonly flags: readonly string[];
  readonly description: string;
  /** `undefined`: the option has no value. */
  readonly value: ValueKind | undefined;
}

export interface CommandWords {
  /** `["cookies", "list"]`; empty for the program itself. */
  readonly path: readonly string[];
  /** Other names of the last word. */
  readonly aliases: readonly string[];
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** Values of the arguments in their order. */
  readonly values: readonly ValueKind[];
  /** The names of the commands below. */
  readonly commands: readonly {
    readonly name: string;
    readonly aliases: readonly string[];
    readonly description: string;
  }[];
}

/** By the names that our commands give their values. */
const FILE_NAMES = /^(file|node-config|config)$/;
const DIRECTORY_NAMES = /^(path|directory|source|target)$/;

/** The words of a program and of all commands in it. */
export function toCommandWords(program: CommandUnknownOpts): CommandWords[] {
  return collect(program, []);
}

function collect(command: CommandUnknownOpts, path: readonly string[]): CommandWords[] {
  const visible = command.createHelp().visibleCommands(command);
  const words: CommandWords = {
    path,
    aliases: command.aliases(),
    description: command.description(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map(({ short, long, description, required, optional, argChoices, flags }) => ({
        flags: [long, short].filter((flag) => flag !== undefined),
        description,
        value: required || optional ? toKind(valueName(flags), argChoices) : undefined,
      })),
    values: command.registeredArguments.map((argument) => toKind(argument.name(), argument.argChoices)),
    commands: visible.map((child) => ({
      name: child.name(),
      aliases: child.aliases(),
      description: child.description(),
    })),
  };
  return [words, ...visible.flatMap((child) => collect(child, [...path, child.name()]))];
}

/** `file` of `--config <file>`. */
function valueName(flags: string): string {
  return /[<[]([^>\].]+)/.exec(flags)?.[1] ?? "";
}

function toKind(name: string, choices: readonly string[] | undefined): ValueKind {
  if (choices !== undefined) return { choices };
  if (FILE_NAMES.test(name)) return "file";
  return DIRECTORY_NAMES.test(name) ? "directory" : "free";
}
