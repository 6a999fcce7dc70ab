import { readdirSync, readFileSync } from 'node:fs'
import type { Issue } from '../../base/issue.ts'
import { CANNOT_TELL, type FieldValue, NO, type Truth, UNKNOWN, YES } from '../../base/truth.ts'
import { parseDetection } from '../parse/detection.ts'
import { parseDocuments, plainValue, type YamlMap, type YamlNode } from '../parse/document.ts'
import { parseRules } from '../parse/rule.ts'
import type { Plan } from '../plan/plan.ts'
import { planDetection } from '../plan/plan-rule.ts'
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
  /** The titles of the rules that a `document` gives. */
  readonly titles: readonly string[] | undefined
  readonly expectedTitles: readonly string[] | undefined
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
  readonly document?: string
  readonly titles?: readonly string[]
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
  const issues: Issue[] = []
  const titles = text.document === undefined ? undefined : readDocument(text.document, issues)
  return {
    file,
    rule: text.rule,
    title: text.title,
    fields,
    plan: titles === undefined ? readPlan(node, schemaOf(fields), issues) : undefined,
    rows: (text.rows ?? []).map(({ row, match }) => ({
      row: readRow(fields, row),
      match: match === 'unknown' ? UNKNOWN : match ? YES : NO,
    })),
    issues: issues.map(({ code }) => code),
    expectedIssues: text.issues ?? [],
    says: text.says,
    messages: issues.map(({ message }) => message),
    titles,
    expectedTitles: text.titles,
  }
}

const readDocument = (document: string, issues: Issue[]): readonly string[] => {
  const parsed = parseRules(document, 'rule.yaml')
  issues.push(...parsed.issues)
  return parsed.rules.map(({ title }) => title)
}

const readPlan = (node: YamlMap, schema: Schema, issues: Issue[]): Plan | undefined => {
  const written = node.entries.get('detection')?.value
  if (written === undefined) throw new Error('a case needs a detection or a document')
  const detection = parseDetection(written, issues)
  if (detection === undefined) return undefined
  const planned = planDetection(detection, schema)
  issues.push(...planned.issues)
  return planned.plan
}

const readField = ([name, text]: [string, FieldText]): SchemaField => {
  const more = typeof text === 'string' ? { type: text } : text
  const [type = '', list] = more.type.split(' ')
  return testField(name, type as FieldType, {
    list: list === 'list',
    stored: more.stored !== false && type !== 'any' && type !== 'time',
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
