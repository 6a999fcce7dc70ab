import type { AuditPolicy, GroupResources, PolicyRule } from '../policy.ts'
import { GROUP } from './version.ts'
import { resolveScalar } from './yaml/resolve-scalar.ts'

/** What to say beside a policy that is written. */
export interface PolicyComments {
  /** Lines at the top. */
  readonly about?: readonly string[]
  /** What to say before each rule, by its index; nothing where it is empty. */
  readonly rules?: readonly string[]
}

/**
 * A policy as YAML for people, which loads as the same policy. Comments are broken into lines of
 * a hundred columns.
 */
export const toYaml = (policy: AuditPolicy, comments: PolicyComments = {}): string => {
  const lines = [
    ...(comments.about ?? []).flatMap((text) => comment(text, '')),
    `apiVersion: ${GROUP}/v1`,
    'kind: Policy',
    ...field('omitStages', policy.omitStages, ''),
    ...(policy.omitManagedFields ? ['omitManagedFields: true'] : []),
    policy.rules.length === 0 ? 'rules: []' : 'rules:',
  ]
  policy.rules.forEach((rule, index) => {
    const said = comment(comments.rules?.[index] ?? '', '  ')
    lines.push(...(said.length > 0 && index > 0 ? ['', ...said] : said), ...ruleLines(rule))
  })
  return `${lines.join('\n')}\n`
}

const ruleLines = (rule: PolicyRule): readonly string[] =>
  item('  ', [
    `level: ${rule.level}`,
    ...field('users', rule.users, '    '),
    ...field('userGroups', rule.userGroups, '    '),
    ...field('verbs', rule.verbs, '    '),
    ...(rule.resources.length === 0
      ? []
      : ['resources:', ...rule.resources.flatMap(resourcesLines)]),
    ...field('namespaces', rule.namespaces, '    '),
    ...field('nonResourceURLs', rule.nonResourceURLs, '    '),
    ...field('omitStages', rule.omitStages, '    '),
    ...(rule.omitManagedFields === undefined
      ? []
      : [`omitManagedFields: ${rule.omitManagedFields}`]),
  ])

const resourcesLines = ({ group, resources, resourceNames }: GroupResources): readonly string[] =>
  item('  ', [
    `group: ${scalar(group)}`,
    ...field('resources', resources, '        '),
    ...field('resourceNames', resourceNames, '        '),
  ])

/** An item of a list, of lines that are indented for the place after its dash. */
const item = (indent: string, lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => `${indent}${index === 0 ? '- ' : '  '}${line}`)

/** A list of texts: on one line when it fits; `indent` is what will stand before it. */
const field = (name: string, texts: readonly string[], indent: string): readonly string[] => {
  if (texts.length === 0) return []
  const scalars = texts.map(scalar)
  const line = `${name}: [${scalars.join(', ')}]`
  return line.length + indent.length <= COLUMNS
    ? [line]
    : [`${name}:`, ...scalars.map((text) => `  - ${text}`)]
}

const COLUMNS = 100

/** A text as it is, where nothing else could be meant; else quoted. */
const scalar = (text: string): string => (isPlain(text) ? text : quoted(text))

const isPlain = (text: string): boolean =>
  /^[A-Za-z/][\w./@:-]*$/.test(text) &&
  !text.endsWith(':') &&
  resolveScalar({ kind: 'scalar', text, plain: true, tag: '', at: 0 }).kind === 'text'

/** What no one can see, or YAML refuses as it is, is escaped. */
const quoted = (text: string): string =>
  JSON.stringify(text.toWellFormed()).replace(/[\p{C}\p{Z}]/gu, (found) =>
    found === ' ' ? found : escaped(found),
  )

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  const digits = code > 0xffff ? 8 : 4
  return `\\${digits === 8 ? 'U' : 'u'}${code.toString(16).padStart(digits, '0')}`
}

/** Lines of a comment, broken between words. */
const comment = (text: string, indent: string): readonly string[] =>
  text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).flatMap((line) => {
    // A control character would make the whole file unreadable.
    const words = line
      .replace(/\p{C}/gu, ' ')
      .split(' ')
      .filter((word) => word !== '')
    const lines: string[] = []
    for (const word of words) {
      const last = lines.at(-1)
      const joined = `${last} ${word}`
      if (last !== undefined && joined.length <= COLUMNS) lines[lines.length - 1] = joined
      else lines.push(`${indent}# ${word}`)
    }
    return lines
  })
