import { readdirSync, readFileSync } from 'node:fs'
import type { Issue } from '../../base/issue.ts'
import { CANNOT_TELL, type FieldValue, NO, type Truth, UNKNOWN, YES } from '../../base/truth.ts'
import { parseDetection } from '../parse/detection.ts'
import { plainValue, type YamlMap, type YamlNode } from '../parse/document.ts'
import type { Lists, ListValue } from '../parse/list.ts'
import { parseDocuments } from '../parse/parse-documents.ts'
import { parseRules } from '../parse/rule.ts'
import type { CorrelationPlan } from '../plan/correlation.ts'
import { filterIssues } from '../plan/filters.ts'
import type { Plan } from '../plan/plan.ts'
import { planCorrelations } from '../plan/plan-correlation.ts'
import { planDetection, planRule } from '../plan/plan-rule.ts'
import type { FieldType, Schema, SchemaField } from '../schema.ts'
import { schemaOf, type TestElement, type TestRow, testField } from './rows.ts'

/** A case of the rule language: what a detection says of rows, or the issues of a document. */
export interface SigmaCase {
  readonly file: string
  readonly rule: string
  readonly title: string
  readonly fields: readonly SchemaField[]
  /** Undefined when the detection is refused. */
  readonly plan: Plan | undefined
  readonly rows: readonly { readonly row: TestRow; readonly match: Truth }[]
  /** Codes of the issues, in their order. */
  readonly issues: readonly string[]
  readonly expectedIssues: readonly string[]
  /** Text that some issue's message must have. */
  readonly says: string | undefined
  readonly messages: readonly string[]
  /** The titles of the rules, correlations and filters that a `document` gives. */
  readonly titles: readonly string[] | undefined
  readonly expectedTitles: readonly string[] | undefined
  /** The correlations of a `document` that are not refused, and what is expected of each. */
  readonly correlations: readonly CorrelationPlan[]
  readonly expectedCorrelations: readonly object[] | undefined
}

/** All cases of a folder of YAML files, each a list. */
export const loadCases = (folder: URL): readonly SigmaCase[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => {
      const [document] = parseDocuments(readFileSync(new URL(name, folder), 'utf8'), name)
      if (document?.root?.kind !== 'list') {
        throw new Error(`${name}: ${JSON.stringify(document?.issues)}`)
      }
      return document.root.items.map((node) => readCase(name, node))
    })

/** A case as its YAML says it. */
interface CaseText {
  readonly rule: string
  readonly title: string
  readonly fields?: Readonly<Record<string, FieldText>>
  readonly rows?: readonly { readonly row: RowText; readonly match: boolean | 'unknown' }[]
  readonly issues?: readonly string[]
  readonly says?: string
  /** Rules, correlations and filters; with `fields` they are also planned, and rows judged. */
  readonly document?: string
  readonly titles?: readonly string[]
  readonly correlations?: readonly object[]
  readonly lists?: Readonly<Record<string, readonly ListValue[]>>
  /** The log source that has the fields. */
  readonly log?: { readonly product?: string; readonly service?: string }
  /** Fields by the names that others give them. */
  readonly names?: Readonly<Record<string, string>>
}

/** `text`, `number list`, or more in a map. */
type FieldText =
  | string
  | { readonly type: string; readonly values?: readonly string[]; readonly stored?: boolean }

type RowText = Readonly<Record<string, FieldValue | readonly RowText[]>>

const readCase = (file: string, node: YamlNode): SigmaCase => {
  if (node.kind !== 'map') throw new Error(`${file}: a case is a map`)
  // A case that is not of this form fails in its test, which is what it is for.
  const text = plainValue(node) as CaseText
  const fields = Object.entries(text.fields ?? {}).map(readField)
  const lists: Lists = new Map(Object.entries(text.lists ?? {}))
  const schema = readSchema(text, fields)
  const used =
    text.document === undefined
      ? readDetection(node, schema, lists)
      : readDocument(text, text.document, schema, lists)
  return {
    file,
    rule: text.rule,
    title: text.title,
    fields,
    plan: used.plan,
    rows: (text.rows ?? []).map(({ row, match }) => ({
      row: readRow(fields, row),
      match: match === 'unknown' ? UNKNOWN : match ? YES : NO,
    })),
    issues: used.issues.map(({ code }) => code),
    expectedIssues: text.issues ?? [],
    says: text.says,
    messages: used.issues.map(({ message }) => message),
    titles: used.titles,
    expectedTitles: text.titles,
    correlations: used.correlations,
    expectedCorrelations: text.correlations,
  }
}

const readSchema = ({ log, names = {} }: CaseText, fields: readonly SchemaField[]): Schema => {
  const realName = (name: string): string | undefined =>
    Object.hasOwn(names, name) ? names[name] : undefined
  const logsource = { product: log?.product, service: log?.service, category: undefined }
  const schema = Object.assign(schemaOf(fields), { realName })
  return log === undefined ? schema : Object.assign(schema, { logsource })
}

/** What came of the text of a case. */
interface Used {
  readonly plan: Plan | undefined
  readonly issues: readonly Issue[]
  readonly titles: readonly string[] | undefined
  readonly correlations: readonly CorrelationPlan[]
}

const readDocument = (
  { fields }: CaseText,
  document: string,
  schema: Schema,
  lists: Lists,
): Used => {
  const { rules, correlations, filters, refused, issues } = parseRules(document, 'rule.yaml')
  const titles = [...rules, ...correlations, ...filters].map(({ title }) => title)
  if (fields === undefined) return { plan: undefined, issues, titles, correlations: [] }
  const planned = rules.map((rule) => ({ ...rule, ...planRule(rule, schema, { lists, filters }) }))
  const unread = refused.map(({ id, name }) => ({ id: id ?? '', name, refused: 'unreadable' }))
  const correlated = planCorrelations(correlations, [...planned, ...unread], schema)
  const found = [
    ...issues,
    ...planned.flatMap((rule) => rule.issues),
    ...filterIssues(filters, rules),
    ...correlated.issues,
  ]
  const plan = planned.find((rule) => rule.plan !== undefined)?.plan
  return { plan, issues: found, titles, correlations: correlated.plans }
}

const readDetection = (node: YamlMap, schema: Schema, lists: Lists): Used => {
  const written = node.entries.get('detection')?.value
  if (written === undefined) throw new Error('a case needs a detection or a document')
  const issues: Issue[] = []
  const detection = parseDetection(written, issues)
  const none = { titles: undefined, correlations: [] }
  if (detection === undefined) return { plan: undefined, issues, ...none }
  const planned = planDetection(detection, schema, lists)
  return { plan: planned.plan, issues: [...issues, ...planned.issues], ...none }
}

const readField = ([name, text]: [string, FieldText]): SchemaField => {
  const more = typeof text === 'string' ? { type: text } : text
  const [type = '', list] = more.type.split(' ')
  return testField(name, type as FieldType, {
    list: list === 'list',
    stored: more.stored !== false && type !== 'any',
    ...(more.values === undefined ? {} : { values: more.values }),
  })
}

const readRow = (fields: readonly SchemaField[], text: RowText): TestRow => {
  const groups = new Set(fields.map(({ group }) => group))
  const values: Record<string, FieldValue> = {}
  const elements: Record<string, readonly TestElement[] | typeof CANNOT_TELL> = {}
  for (const [name, value] of Object.entries(text)) {
    if (name === 'unknown') continue
    if (!groups.has(name)) values[name] = value as FieldValue
    else elements[name] = (value as readonly RowText[]).map((each) => readElement(name, each))
  }
  for (const name of unknownNames(text)) {
    if (groups.has(name)) elements[name] = CANNOT_TELL
    else values[name] = CANNOT_TELL
  }
  return { values, groups: elements }
}

const readElement = (group: string, text: RowText): TestElement => {
  const element: Record<string, FieldValue> = {}
  for (const [name, value] of Object.entries(text)) {
    if (name !== 'unknown') element[`${group}[].${name}`] = value as FieldValue
  }
  for (const name of unknownNames(text)) element[`${group}[].${name}`] = CANNOT_TELL
  return element
}

const unknownNames = (text: RowText): readonly string[] => (text.unknown ?? []) as readonly string[]
