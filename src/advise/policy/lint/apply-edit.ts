import {
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { loadPolicy } from '../../../kubernetes/audit-policy/load/load-policy.ts'
import { isJson } from '../../../kubernetes/audit-policy/load/text-of.ts'
import { toYaml } from '../../../kubernetes/audit-policy/load/to-yaml.ts'
import type { AuditPolicy, PolicyPath } from '../../../kubernetes/audit-policy/policy.ts'
import { editedPolicy, type PolicyEdit } from './policy-edit.ts'
import { rulesYaml } from './rules-yaml.ts'

/**
 * The text of a policy file after an edit: the lines concerned are changed and the others, with
 * their comments, stay as they are. Where the form of the file does not allow that, the policy is
 * written anew. Either way it loads, as the edited policy.
 */
export const applyEdit = (text: string, policy: AuditPolicy, edit: PolicyEdit): string => {
  const wanted = editedPolicy(policy, edit)
  const spliced = isJson(text) ? undefined : spliceAll(text, policy, edit)
  return spliced !== undefined && loadsAs(spliced, wanted) ? spliced : toYaml(wanted)
}

const loadsAs = (text: string, wanted: AuditPolicy): boolean => {
  const { policy } = loadPolicy(new TextEncoder().encode(text), '')
  return policy !== undefined && JSON.stringify(policy) === JSON.stringify(wanted)
}

/** A stretch of the text that another takes the place of. */
interface Splice {
  readonly from: number
  readonly to: number
  readonly text: string
}

const spliceAll = (text: string, policy: AuditPolicy, edit: PolicyEdit): string | undefined => {
  const source = new PolicySource(text)
  const splices = source.top === undefined ? undefined : splicesFor(source, policy, edit)
  if (splices === undefined) return undefined
  const ordered = [...splices].sort((a, b) => b.from - a.from)
  return ordered.reduce(
    (whole, { from, to, text: put }) => whole.slice(0, from) + put + whole.slice(to),
    text,
  )
}

const splicesFor = (
  source: PolicySource,
  policy: AuditPolicy,
  edit: PolicyEdit,
): readonly Splice[] | undefined => {
  const rules = [...(edit.replace ?? [])].map(([index, put]) => source.rule(index, rulesYaml(put)))
  const last = policy.rules.length - 1
  const added = edit.append === undefined ? [] : [source.afterRule(last, rulesYaml(edit.append))]
  const top = [
    ...(edit.omitStages === undefined ? [] : [source.field('omitStages', listed(edit.omitStages))]),
    ...(edit.omitManagedFields === undefined
      ? []
      : [source.field('omitManagedFields', `${edit.omitManagedFields}`)]),
    ...(edit.without ?? []).map((path) => source.without(path)),
    ...(edit.firstDocumentOnly ? [source.otherDocuments()] : []),
  ]
  const all = [...rules, ...added, ...top]
  return all.some((one) => one === undefined) ? undefined : all.filter((one) => one !== undefined)
}

const listed = (texts: readonly string[]): string =>
  texts.length === 0 ? '' : `[${texts.join(', ')}]`

/** The text of a policy with the places of its parts. */
class PolicySource {
  readonly top: YAMLMap | undefined
  readonly #text: string
  readonly #end: number
  readonly #rules: YAMLSeq | undefined

  constructor(text: string) {
    this.#text = text
    const found = parseAllDocuments(text, { version: '1.1', uniqueKeys: false, logLevel: 'silent' })
    const [first] = Array.isArray(found) ? found : []
    this.top = isMap(first?.contents) && !first.contents.flow ? first.contents : undefined
    this.#end = first?.range[1] ?? text.length
    const rules = this.top?.get('rules', true)
    this.#rules = isSeq(rules) && !rules.flow ? rules : undefined
  }

  /** A rule, and what takes its place. */
  rule(index: number, text: string): Splice | undefined {
    const span = this.#spanOfRule(index)
    if (span === undefined) return undefined
    const { from, to, indent } = span
    if (text === '') return { ...this.#lines(from, to), text: '' }
    return { from, to, text: indented(text, indent) }
  }

  /** Rules behind one. */
  afterRule(index: number, text: string): Splice | undefined {
    const span = this.#spanOfRule(index)
    if (span === undefined) return undefined
    const { to } = this.#lines(span.to, span.to)
    const line = `${' '.repeat(span.indent)}${indented(text, span.indent)}\n`
    const before = this.#text.charAt(to - 1) === '\n' ? '' : '\n'
    return { from: to, to, text: `${before}${line}` }
  }

  /** A field of the policy itself; without a value it is taken out. */
  field(name: string, value: string): Splice | undefined {
    const pair = this.top?.items.findLast(({ key }) => isScalar(key) && key.value === name)
    if (pair !== undefined) {
      const { from, to } = spanOf(pair) ?? { from: -1, to: -1 }
      if (from < 0) return undefined
      return value === ''
        ? { ...this.#lines(from, to), text: '' }
        : { from, to, text: `${name}: ${value}` }
    }
    const rules = this.top?.items.find(({ key }) => isScalar(key) && key.value === 'rules')
    const at = rules && spanOf(rules)?.from
    if (at === undefined) return undefined
    return { from: at, to: at, text: value === '' ? '' : `${name}: ${value}\n` }
  }

  /** A field, taken out. */
  without(path: PolicyPath): Splice | undefined {
    const name = path.at(-1)
    const around = path.length === 1 ? this.top : this.top?.getIn(path.slice(0, -1), true)
    if (!isMap(around)) return undefined
    const pair = around.items.find(({ key }) => isScalar(key) && key.value === name)
    const span = pair && spanOf(pair)
    // What is left empty would be null, which is fine for metadata and nothing else.
    return span && { ...this.#lines(span.from, span.to), text: '' }
  }

  /** All that follows the first document. */
  otherDocuments(): Splice {
    return { from: this.#end, to: this.#text.length, text: '' }
  }

  /** From its dash to the end of what it says. */
  #spanOfRule(index: number): { from: number; to: number; indent: number } | undefined {
    const node = this.#rules?.items[index]
    if (!isMap(node) || node.flow || !node.range) return undefined
    const from = this.#text.lastIndexOf('-', node.range[0])
    const lineAt = this.#text.lastIndexOf('\n', from) + 1
    const indent = from - lineAt
    if (this.#text.slice(lineAt, from).trim() !== '') return undefined
    const written = this.#text.slice(0, node.range[1]).trimEnd().length
    return { from, to: written, indent }
  }

  /** The whole lines of a stretch, with their end. */
  #lines(from: number, to: number): { from: number; to: number } {
    const end = this.#text.indexOf('\n', to)
    return {
      from: this.#text.lastIndexOf('\n', from - 1) + 1,
      to: end < 0 ? this.#text.length : end + 1,
    }
  }
}

const spanOf = ({ key, value }: Pair): { from: number; to: number } | undefined => {
  const [start] = (isScalar(key) && key.range) || []
  const end = (value as { range?: readonly number[] } | null)?.range?.[1]
  return start === undefined || end === undefined ? undefined : { from: start, to: end }
}

const indented = (text: string, columns: number): string =>
  text.trimEnd().replaceAll('\n', `\n${' '.repeat(columns)}`)
