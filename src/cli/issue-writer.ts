import type { Issue } from '../base/issue.ts'
import { LIMIT } from '../base/limit.ts'
import { isProblem } from './hunt-problems.ts'
import { issueText } from './issue-lines.ts'
import { jsonLine } from './output/machine.ts'
import { counted } from './output/words.ts'
import type { Output, Shell } from './shell.ts'

/** Issues go to a file whole, else to the errors: so many of each code, and then their number. */
export class IssueWriter {
  readonly #shell: Shell
  readonly #strict: boolean
  readonly #counts = new Map<string, number>()
  #file: Output | undefined
  #waiting: Issue[] = []
  #bad = false

  constructor(shell: Shell, strict: boolean) {
    this.#shell = shell
    this.#strict = strict
  }

  /** Whether one of them makes the input bad. */
  get isBad(): boolean {
    return this.#bad
  }

  /** Sends the issues to a file instead, as NDJSON. */
  writeTo(file: Output | undefined): void {
    this.#file = file
  }

  /** Counts an issue, and keeps it for the next `flush`. */
  add(issue: Issue): void {
    const nth = (this.#counts.get(issue.code) ?? 0) + 1
    this.#counts.set(issue.code, nth)
    this.#bad ||= isProblem(issue, this.#strict)
    if (this.#file !== undefined || nth <= LIMIT.textRowsMax) this.#waiting.push(issue)
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    const asText = this.#file === undefined ? issueText : (one: Issue) => `${jsonLine(one)}\n`
    const text = this.#waiting.map(asText).join('')
    this.#waiting = []
    if (text !== '') await (this.#file ?? this.#shell.errors).write(text)
  }

  /** Writes the rest, and how many were not shown. */
  async close(): Promise<void> {
    await this.flush()
    if (this.#file !== undefined) return
    for (const [code, all] of this.#counts) {
      const hidden = all - LIMIT.textRowsMax
      if (hidden <= 0) continue
      await this.#shell.errors.write(`… and ${counted(hidden, 'more issue')} of ${code}\n`)
    }
  }
}
