import type { Shell } from './shell.ts'

/**
 * An option of a command. It makes the parser, `--help`, shell completion and the reference page.
 */
export interface OptionDeclaration {
  /** As written, such as `--format`. */
  readonly name: string
  /** What its value is called in the help; absent for a switch. */
  readonly value?: string
  readonly about: string
  readonly choices?: readonly string[]
  readonly default?: string
  /** May be given several times. */
  readonly repeat?: true
}

/** A positional argument. */
export interface ArgumentDeclaration {
  readonly name: string
  readonly about: string
  readonly required: boolean
  readonly repeat?: true
}

/** One example of use, as shown under `--help`. */
export interface Example {
  readonly command: string
  readonly about: string
}

/** The options of one call, by the names of their declarations. */
export interface Given {
  readonly arguments: readonly string[]
  /** The value of an option, or its default. */
  text(name: string): string | undefined
  /** The values of a repeatable option, in order. */
  texts(name: string): readonly string[]
  /** Whether a switch is on. */
  on(name: string): boolean
}

/**
 * A command: one file and one row in registry.ts. Its file imports heavy things inside `run`, so
 * that `--help` starts at once. `run` gives the exit code.
 */
export interface Command {
  readonly kind: 'command'
  readonly name: string
  readonly about: string
  readonly arguments: readonly ArgumentDeclaration[]
  readonly options: readonly OptionDeclaration[]
  readonly examples: readonly Example[]
  run(given: Given, shell: Shell): Promise<number>
}

/** Commands under one word, such as `rule list`. */
export interface CommandGroup {
  readonly kind: 'group'
  readonly name: string
  readonly about: string
  readonly commands: readonly Command[]
}
