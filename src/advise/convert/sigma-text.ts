import { hash } from 'node:crypto'
import { stringify } from 'yaml'
import { meaningOf } from './falco-fields.ts'
import type { FalcoRule } from './falco-file.ts'
import type { MapTerm, SigmaValue, Term } from './term.ts'

/** All that a Sigma rule is made of. */
export interface SigmaDraft {
  readonly rule: FalcoRule
  readonly term: Term
  readonly notes: readonly string[]
}

/** The rule as YAML. */
export const sigmaText = ({ rule, term, notes }: SigmaDraft): string => {
  const selections = new Selections()
  const condition = selections.condition(term)
  const document = {
    title: rule.name,
    id: idOf(rule.name),
    status: 'experimental',
    description: descriptionOf(rule, notes),
    tags: tagsOf(rule.tags),
    logsource: { product: 'kubernetes', service: 'audit' },
    detection: { ...Object.fromEntries(selections.byName), condition },
    level: LEVELS.get(rule.priority.toLowerCase()) ?? 'medium',
    ...summaryOf(rule),
    falco: { rule: rule.name, priority: rule.priority, output: oneLine(rule.output) },
  }
  const { tags, ...untagged } = document
  return stringify(tags.length === 0 ? untagged : document, {
    lineWidth: 100,
    singleQuote: true,
    aliasDuplicateObjects: false,
  })
}

/** Gives selections their names, and says how they are combined. */
class Selections {
  readonly byName = new Map<string, Record<string, SigmaValue | readonly SigmaValue[]>>()
  readonly #names = new Map<string, string>()

  condition(term: Term): string {
    return this.#written(term, 'selection', false)
  }

  #written(term: Term, name: string | undefined, isInner: boolean): string {
    switch (term.kind) {
      case 'map':
        return this.#nameOf(term, name)
      case 'not':
        return `not ${this.#written(term.of, undefined, true)}`
      case 'and':
      case 'or': {
        // The first map of an `and` is what the rule is about; the others are named after it.
        const main = term.kind === 'and' ? name : undefined
        const words = term.of.map((part, at) =>
          this.#written(part, at === 0 ? main : undefined, true),
        )
        const text = words.join(` ${term.kind} `)
        return isInner ? `(${text})` : text
      }
      case 'constant':
        throw new Error('bug: a constant is left in a condition')
    }
  }

  #nameOf({ entries, label }: MapTerm, wanted: string | undefined): string {
    const selection = Object.fromEntries(
      entries.map(([key, [first, ...others]]) => [
        key,
        others.length === 0 && first !== undefined ? first : [first ?? '', ...others],
      ]),
    )
    const content = JSON.stringify(selection)
    const known = this.#names.get(content)
    if (known !== undefined) return known
    const base = label === undefined ? (wanted ?? nameOfField(entries[0]?.[0] ?? '')) : label
    const name = this.#free(base.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^_+/, ''))
    this.byName.set(name, selection)
    this.#names.set(content, name)
    return name
  }

  #free(base: string): string {
    const usable = base === '' || RESERVED.has(base.toLowerCase()) ? `${base}_selection` : base
    let name = usable
    for (let n = 2; this.byName.has(name); n += 1) name = `${usable}_${n}`
    return name
  }
}

const RESERVED = new Set(['and', 'or', 'not', 'of', 'all', 'any', 'them', 'condition', 'timeframe'])

/** The last word of the field: `user_name` of `user.userName|cased`. */
const nameOfField = (key: string): string => {
  const word =
    (key.split('|')[0] ?? '')
      .split(/[.[\]/]+/)
      .filter(Boolean)
      .at(-1) ?? 'selection'
  return word.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()
}

const LEVELS: ReadonlyMap<string, string> = new Map([
  ['emergency', 'critical'],
  ['alert', 'critical'],
  ['critical', 'critical'],
  ['error', 'high'],
  ['warning', 'medium'],
  ['notice', 'low'],
  ['informational', 'informational'],
  ['info', 'informational'],
  ['debug', 'informational'],
])

/** A UUID of version 5: the same for the same name. */
function idOf(name: string): string {
  const namespace = Buffer.from('6f0c6c7f9d2b5f3e8f2f0f6a3c1d7e55', 'hex')
  const digits = hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'hex').slice(0, 32)
  const variant = ((Number.parseInt(digits.slice(16, 18), 16) & 0x3f) | 0x80).toString(16)
  const parts = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `5${digits.slice(13, 16)}`,
    `${variant}${digits.slice(18, 20)}`,
    digits.slice(20, 32),
  ]
  return parts.join('-')
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, ' ')

function descriptionOf(rule: FalcoRule, notes: readonly string[]): string {
  const first = oneLine(rule.description)
  if (notes.length === 0) return first
  return `${first}\n\nConverted from Falco, with these differences: ${notes.join('; ')}.`.trim()
}

/** Falco writes `T1610` and `mitre_privilege_escalation`; its other tags mean nothing in Sigma. */
const tagsOf = (tags: readonly string[]): readonly string[] => {
  const known = tags.flatMap((tag) => {
    const lower = tag.toLowerCase()
    if (/^t\d{4}(\.\d{3})?$/.test(lower)) return [`attack.${lower}`]
    const tactic = /^mitre_([a-z_]+)$/.exec(lower)?.[1]
    return tactic === undefined ? [] : [`attack.${tactic.replaceAll('_', '-')}`]
  })
  return [...new Set(known)]
}

/** The sentence of Falco's output, before the list of fields in parentheses. */
function summaryOf({ output }: FalcoRule): { readonly summary?: string } {
  const sentence = oneLine(output).split(/\s*\(/)[0] ?? ''
  if (sentence === '' || /[{}[\]|]/.test(sentence)) return {}
  let isKnown = true
  const filled = sentence.replaceAll(/%([a-z][a-z0-9._]*)/g, (_, name: string) => {
    const meaning = meaningOf(name, undefined)
    isKnown &&= meaning.kind === 'same' && !meaning.field.includes('[]')
    return meaning.kind === 'same' ? `{${meaning.field}}` : ''
  })
  return isKnown ? { summary: `{actor.name}: ${filled}[ {target}]` } : {}
}
