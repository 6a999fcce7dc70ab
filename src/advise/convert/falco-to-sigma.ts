import type { Issue, Place } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { type FalcoCondition, parseFalcoCondition } from './falco-condition.ts'
import {
  type FalcoException,
  type FalcoFiles,
  type FalcoRule,
  readFalcoFiles,
} from './falco-file.ts'
import { convertTest, EVERY_EVENT } from './falco-test.ts'
import { type SigmaDraft, sigmaText } from './sigma-text.ts'
import { merged, negated, simplified, type Term, TRUE } from './term.ts'

/** What became of one rule of Falco. */
export interface ConvertedRule {
  /** Its name in Falco. */
  readonly name: string
  /** A name for a file, without its ending; each differs. */
  readonly fileName: string
  /** The Sigma rule; undefined: it could not be said, or is about another log. */
  readonly sigma: string | undefined
  /** What it says otherwise than Falco, or why it was not converted. */
  readonly notes: readonly string[]
  readonly place: Place
}

/** All rules of the files, in their order, and everything that could not be said. */
export interface ConvertedFiles {
  readonly rules: readonly ConvertedRule[]
  readonly issues: readonly Issue[]
}

/**
 * Falco's rules for the audit log (source `k8s_audit`) as Sigma rules. A rule of which any part
 * cannot be said is not converted at all; what is said otherwise is a note.
 */
export const convertFalco = (
  texts: readonly { readonly file: string; readonly text: string }[],
): ConvertedFiles => {
  const files = readFalcoFiles(texts)
  const issues: Issue[] = [...files.issues]
  const taken = new Set<string>()
  const rules = files.rules.map((rule) => {
    const fileName = fileNameFor(rule.name, taken)
    const outcome = convertRule(rule, files)
    issues.push(...issuesOf(rule, outcome))
    const { sigma, notes } = outcome
    return { name: rule.name, fileName, sigma, notes, place: rule.place }
  })
  return { rules, issues }
}

interface Outcome {
  readonly code: 'converted' | 'not-converted' | 'left-out'
  readonly sigma: string | undefined
  readonly notes: readonly string[]
}

const CODES = {
  converted: 'advise/converted-otherwise',
  'not-converted': 'advise/not-converted',
  'left-out': 'advise/falco-left-out',
} as const

const issuesOf = (rule: FalcoRule, { code, notes }: Outcome): readonly Issue[] =>
  notes.map((note) => ({ code: CODES[code], message: `${rule.name}: ${note}`, at: rule.place }))

function convertRule(rule: FalcoRule, files: FalcoFiles): Outcome {
  const leftOut = whyLeftOut(rule)
  if (leftOut !== undefined) return { code: 'left-out', sigma: undefined, notes: [leftOut] }
  const expansion = new Expansion(files)
  const condition = expansion.text(rule.condition, false)
  const exceptions = rule.exceptions.flatMap((one) => expansion.exception(one))
  const whole = merged(simplified({ kind: 'and', of: [condition, ...exceptions.map(negated)] }))
  const refusals = [...expansion.refusals]
  if (refusals.length === 0 && whole.kind === 'constant' && !whole.value) {
    refusals.push('it never matches: its condition is always false')
  }
  if (refusals.length > 0) return { code: 'not-converted', sigma: undefined, notes: refusals }
  const draft: SigmaDraft = {
    rule,
    term: whole.kind === 'constant' ? EVERY_EVENT : whole,
    notes: [...expansion.notes],
  }
  return { code: 'converted', sigma: sigmaText(draft), notes: draft.notes }
}

function whyLeftOut({ source, enabled }: FalcoRule): string | undefined {
  if (!source.startsWith('k8s_audit')) return `its source is ${source}, not the audit log`
  return enabled ? undefined : 'it is not enabled'
}

/** Expands the macros and lists of one rule; it has the lifetime of that. */
class Expansion {
  readonly notes = new Set<string>()
  readonly refusals = new Set<string>()
  readonly #files: FalcoFiles
  readonly #open: string[] = []
  #tests = 0

  constructor(files: FalcoFiles) {
    this.#files = files
  }

  /** A condition as written. What cannot be said is a refusal, and true here. */
  text(text: string, isNegated: boolean): Term {
    const condition = parseFalcoCondition(text)
    if (condition.kind !== 'fault') return this.#expand(condition, isNegated)
    return this.#refuse(`its condition cannot be read: ${condition.message}`)
  }

  /** What an exception sets aside: one term for each row of values. */
  exception({ name, fields, comparisons, values }: FalcoException): readonly Term[] {
    return values.map((row) => {
      const of = fields.map((field, at) => {
        const value = row[at]
        if (value === undefined) return this.#refuse(`the exception ${name} lacks a value`)
        const usual = typeof value === 'string' ? '=' : 'in'
        const operator = comparisons[at] ?? usual
        const texts = typeof value === 'string' ? [value] : value
        const written = texts.map((one) => JSON.stringify(one)).join(', ')
        return this.text(
          `${field} ${operator} ${texts.length === 1 && operator !== 'in' ? written : `(${written})`}`,
          true,
        )
      })
      return { kind: 'and', of }
    })
  }

  #expand(condition: FalcoCondition, isNegated: boolean): Term {
    switch (condition.kind) {
      case 'and':
      case 'or':
        return {
          kind: condition.kind,
          of: condition.of.map((part) => this.#expand(part, isNegated)),
        }
      case 'not':
        return negated(this.#expand(condition.of, !isNegated))
      case 'macro':
        return this.#macro(condition.name, isNegated)
      case 'test': {
        this.#tests += 1
        if (this.#tests > LIMIT.ruleTestsMax) {
          return this.#refuse(`it asks more than ${LIMIT.ruleTestsMax} tests`)
        }
        const texts = condition.values.flatMap(({ text, quoted }) =>
          quoted ? [text] : this.#list(text, 0),
        )
        const converted = convertTest(condition, texts, isNegated)
        if ('refused' in converted) return this.#refuse(converted.refused)
        for (const note of converted.notes) this.notes.add(note)
        return converted.term
      }
    }
  }

  #macro(name: string, isNegated: boolean): Term {
    const text = this.#files.macros.get(name)
    if (text === undefined) return this.#refuse(`there is no macro ${name} in the files given`)
    if (this.#open.includes(name)) return this.#refuse(`the macro ${name} contains itself`)
    this.#tests += 1
    if (this.#tests > LIMIT.ruleTestsMax || this.#open.length >= LIMIT.conditionDepthMax) {
      return this.#refuse(`its macros ask more than ${LIMIT.ruleTestsMax} tests`)
    }
    this.#open.push(name)
    const term = merged(simplified(this.text(text, isNegated)))
    this.#open.pop()
    return term.kind === 'map' ? { ...term, label: term.label ?? name } : term
  }

  /** The values that a bare word stands for: those of the list of that name, else itself. */
  #list(name: string, depth: number): readonly string[] {
    this.#tests += 1
    if (this.#tests > LIMIT.ruleTestsMax) {
      this.#refuse(`its lists have more than ${LIMIT.ruleTestsMax} values`)
      return []
    }
    const items = this.#files.lists.get(name)
    if (items === undefined) return [name]
    if (depth > LIMIT.conditionDepthMax) {
      this.#refuse(`the list ${name} contains itself`)
      return []
    }
    // Lists within lists that double each other would be walked without end.
    return items.flatMap((item) =>
      item === name || this.#tests > LIMIT.ruleTestsMax ? [] : this.#list(item, depth + 1),
    )
  }

  #refuse(why: string): Term {
    this.refusals.add(why)
    return TRUE
  }
}

function fileNameFor(name: string, taken: Set<string>): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? []
  const base = words.join('-').slice(0, FILE_NAME_CHARACTERS) || 'rule'
  let fileName = base
  for (let n = 2; taken.has(fileName); n += 1) fileName = `${base}-${n}`
  taken.add(fileName)
  return fileName
}

const FILE_NAME_CHARACTERS = 80
