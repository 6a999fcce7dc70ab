import { isScalar, parseAllDocuments } from 'yaml'
import { loadPolicy } from '../../../kubernetes/audit-policy/load/load-policy.ts'
import { isJson } from '../../../kubernetes/audit-policy/load/text-of.ts'
import { toYaml } from '../../../kubernetes/audit-policy/load/to-yaml.ts'
import type {
  GroupResources,
  PolicyFault,
  PolicyPath,
  PolicyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { POLICY_STAGES } from '../../../kubernetes/audit-policy/policy.ts'
import type { Stage } from '../../../model/event.ts'
import { suggest } from '../../../sigma/suggest.ts'
import { describeRule } from './describe-rule.ts'
import { type FindLints, type LintContext, lint, mendOf, mendRule } from './lint-context.ts'
import type { PolicyLint, PolicyMend } from './policy-lint.ts'

/** What strict decoding refuses, and the API server drops. */
export const fieldLints: FindLints = (context) =>
  context.loaded.faults.flatMap((fault) => {
    if (fault.kind === 'unknown-field') return [droppedField(context, fault)]
    return fault.kind === 'duplicate-field' ? [duplicateKey(context, fault)] : []
  })

const droppedField = (context: LintContext, fault: PolicyFault): PolicyLint => {
  const name = String(fault.path.at(-1) ?? '')
  const index = ruleOf(fault.path)
  const rule = index === null ? undefined : context.rules[index]
  const home = homeOf(fault.path)
  return lint({
    code: 'policy-lint/dropped-field',
    message: `${shown(name)} is no field of ${placeWords(fault.path)}${home === undefined ? '' : `; ${home} is meant`}`,
    at: fault.at,
    rule: index,
    effect:
      rule === undefined || index === null
        ? `The API server drops ${shown(name)} and what it says.`
        : `The API server drops it and goes by the rest: ${describeRule(rule)}.`,
    mend:
      rule === undefined || index === null
        ? mendTop(context, fault.path)
        : mendRule(index, [withFields(context, index, rule)]),
  })
}

const duplicateKey = (context: LintContext, fault: PolicyFault): PolicyLint => {
  const index = ruleOf(fault.path)
  const rule = index === null ? undefined : context.rules[index]
  return lint({
    code: 'policy-lint/duplicate-key',
    message: `${shown(String(fault.path.at(-1) ?? ''))} is written twice in one map`,
    at: fault.at,
    rule: index,
    effect:
      rule === undefined || index === null
        ? 'The API server takes the last.'
        : `The API server takes the last: ${describeRule(rule)}.`,
    mend:
      rule === undefined || index === null
        ? mendOf('with the last one alone', '', { without: [fault.path] })
        : mendRule(index, [rule], 'as the API server reads it'),
  })
}

/** What the second YAML document of a file is for. */
export const documentLints: FindLints = ({ text, loaded }) => {
  if (isJson(text)) return []
  const found = parseAllDocuments(text, { version: '1.1', uniqueKeys: false, logLevel: 'silent' })
  const second = Array.isArray(found) ? found[1] : undefined
  if (second === undefined || isNothing(second.contents)) return []
  const offset = second.contents?.range?.[0] ?? second.range[0]
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return [
    lint({
      code: 'policy-lint/second-document',
      message: 'the file has a second YAML document',
      at: { ...loaded.placeOf([]), line, column: offset - before.lastIndexOf('\n') },
      effect: 'The API server reads the first document, and ignores this one even if it is broken.',
      mend: mendOf('only the first document, as it is in force', '', { firstDocumentOnly: true }),
    }),
  ]
}

const isNothing = (contents: unknown): boolean =>
  contents === null || (isScalar(contents) && contents.value === null)

type Where = 'policy' | 'rule' | 'item' | 'other'

const PLACES: Readonly<Record<Where, string>> = {
  policy: 'an audit policy',
  rule: 'a rule',
  item: 'an item of resources',
  other: 'what it is in',
}

const placeOf = (path: PolicyPath): Where => {
  if (path.length === 1) return 'policy'
  if (path[0] !== 'rules') return 'other'
  if (path.length === 3) return 'rule'
  return path[2] === 'resources' && path.length === 5 ? 'item' : 'other'
}

const placeWords = (path: PolicyPath): string => {
  const around = path.at(-2)
  const place = placeOf(path)
  return place === 'other' && typeof around === 'string' ? around : PLACES[place]
}

const ruleOf = (path: PolicyPath): number | null =>
  path[0] === 'rules' && typeof path[1] === 'number' ? path[1] : null

const RULE_LISTS = ['users', 'userGroups', 'verbs', 'namespaces', 'nonResourceURLs'] as const
const RULE_FIELDS = ['level', ...RULE_LISTS, 'resources', 'omitStages', 'omitManagedFields']
const ITEM_FIELDS = ['group', 'resources', 'resourceNames']
const TOP_FIELDS = ['rules', 'omitStages', 'omitManagedFields']

/** What people write for a field whose name is not near. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  group: 'userGroups',
  groups: 'userGroups',
  user: 'users',
  subjects: 'users',
  serviceAccounts: 'users',
  apigroup: 'group',
  apiGroup: 'group',
  apigroups: 'group',
  apiGroups: 'group',
  kinds: 'resources',
  names: 'resourceNames',
  urls: 'nonResourceURLs',
  paths: 'nonResourceURLs',
  stages: 'omitStages',
  methods: 'verbs',
}

/** The field that a name stands for, among those of a place. */
const fieldMeant = (name: string, fields: readonly string[]): string | undefined => {
  if (fields.includes(name)) return name
  const plain = name.toLowerCase().replace(/[_-]/g, '')
  const same = fields.find((field) => field.toLowerCase() === plain)
  const other = OTHER_NAMES[name]
  if (same !== undefined) return same
  if (other !== undefined && fields.includes(other)) return other
  return suggest(name, fields)
}

/** Where the field belongs, in words; undefined when that cannot be told. */
const homeOf = (path: PolicyPath): string | undefined => {
  const name = String(path.at(-1) ?? '')
  const where = placeOf(path)
  const [own, ...others] = ORDER[where]
  const meant = own && fieldMeant(name, own[0])
  if (meant !== undefined) return shown(meant)
  for (const [fields, place] of others) {
    const elsewhere = fieldMeant(name, fields)
    if (elsewhere !== undefined) return `${shown(elsewhere)} ${place}`
  }
  return undefined
}

type Home = readonly [fields: readonly string[], place: string]
const IN_TOP: Home = [TOP_FIELDS, 'at the top of the policy']
const IN_RULE: Home = [RULE_FIELDS, 'of the rule']
const IN_ITEM: Home = [ITEM_FIELDS, 'of an item of resources']

const ORDER: Readonly<Record<Where, readonly Home[]>> = {
  policy: [IN_TOP],
  rule: [IN_RULE, IN_ITEM, IN_TOP],
  item: [IN_ITEM, IN_RULE],
  other: [IN_TOP],
}

/** The value in the file, as plain data; undefined when it cannot be read so. */
const valueAt = ({ text }: LintContext, path: PolicyPath): unknown => {
  try {
    const found = parseAllDocuments(text, { version: '1.1', uniqueKeys: false, logLevel: 'silent' })
    const value: unknown = Array.isArray(found) ? found[0]?.toJS({ maxAliasCount: 100 }) : undefined
    return path.reduce<unknown>(
      (around, key) =>
        typeof around === 'object' && around !== null && Object.hasOwn(around, key)
          ? (around as Readonly<Record<string | number, unknown>>)[key]
          : undefined,
      value,
    )
  } catch {
    // More aliases than are followed: the mended rule is without the value.
    return undefined
  }
}

/** The rule with what all its dropped fields said; as it is where no API server would take that. */
const withFields = (context: LintContext, index: number, rule: PolicyRule): PolicyRule => {
  const made = context.loaded.faults
    .filter(({ kind, path }) => kind === 'unknown-field' && ruleOf(path) === index)
    .reduce((so, { path }) => withField(so, path, valueAt(context, path)), rule)
  const text = toYaml({ rules: [made], omitStages: [], omitManagedFields: false })
  return loadPolicy(new TextEncoder().encode(text), '').policy === undefined ? rule : made
}

/** The rule with what a dropped field said, where it belongs; without where that is not known. */
const withField = (rule: PolicyRule, path: PolicyPath, value: unknown): PolicyRule => {
  const name = String(path.at(-1) ?? '')
  const item = path[3]
  if (placeOf(path) === 'item' && typeof item === 'number') {
    const own = fieldMeant(name, ITEM_FIELDS)
    if (own !== undefined) return withItems(rule, withItemField(rule, item, own, value))
  }
  const meant = fieldMeant(name, RULE_FIELDS)
  if (meant !== undefined) return withRuleField(rule, meant, value)
  const inItems = fieldMeant(name, ITEM_FIELDS)
  if (placeOf(path) !== 'rule' || inItems === undefined) return rule
  const items = rule.resources.map((_, index) => index)
  return items.reduce(
    (made, index) => withItems(made, withItemField(made, index, inItems, value)),
    rule,
  )
}

const withItems = (rule: PolicyRule, resources: readonly GroupResources[]): PolicyRule => ({
  ...rule,
  resources,
})

const withItemField = (
  { resources }: PolicyRule,
  at: number,
  field: string,
  value: unknown,
): readonly GroupResources[] =>
  resources.map((item, index): GroupResources => {
    if (index !== at) return item
    if (field === 'group') return { ...item, group: textsOf(value)[0] ?? item.group }
    const added = textsOf(value).filter((text) => text !== '')
    return field === 'resources'
      ? { ...item, resources: union(item.resources, added) }
      : { ...item, resourceNames: union(item.resourceNames, added) }
  })

const withRuleField = (rule: PolicyRule, field: string, value: unknown): PolicyRule => {
  const list = RULE_LISTS.find((name) => name === field)
  if (list !== undefined) return { ...rule, [list]: union(rule[list], textsOf(value)) }
  switch (field) {
    case 'omitStages':
      return { ...rule, omitStages: stagesOf(value) }
    case 'omitManagedFields':
      return typeof value === 'boolean' ? { ...rule, omitManagedFields: value } : rule
    case 'resources':
      return { ...rule, resources: [...rule.resources, ...itemsOf(value)] }
    default:
      return rule
  }
}

const mendTop = (context: LintContext, path: PolicyPath): PolicyMend => {
  const meant = fieldMeant(String(path.at(-1) ?? ''), TOP_FIELDS)
  const value = valueAt(context, path)
  const without = [path]
  if (meant === 'omitStages' && context.policy.omitStages.length === 0) {
    const omitStages = stagesOf(value)
    const yaml = omitStages.length === 0 ? '' : `omitStages: [${omitStages.join(', ')}]\n`
    return mendOf('at the top of the policy', yaml, { without, omitStages })
  }
  if (meant === 'omitManagedFields' && typeof value === 'boolean') {
    const yaml = `omitManagedFields: ${value}\n`
    return mendOf('at the top of the policy', yaml, { without, omitManagedFields: value })
  }
  return mendOf('without the field', '', { without })
}

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')

const stagesOf = (value: unknown): readonly Stage[] =>
  POLICY_STAGES.filter((stage) => textsOf(value).includes(stage))

/** Items of resources, or names of resources of the core group. */
const itemsOf = (value: unknown): readonly GroupResources[] => {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  const names = textsOf(value)
  const maps = items.filter((one) => typeof one === 'object' && one !== null)
  return [
    ...(names.length === 0 ? [] : [{ group: '', resources: names, resourceNames: [] }]),
    ...maps.map((one): GroupResources => {
      const { group, resources, resourceNames } = one as Readonly<Record<string, unknown>>
      return {
        group: typeof group === 'string' ? group : '',
        resources: textsOf(resources ?? []),
        resourceNames: textsOf(resourceNames ?? []),
      }
    }),
  ]
}

const union = (one: readonly string[], other: readonly string[]): readonly string[] => [
  ...new Set([...one, ...other]),
]

const shown = (name: string): string => `"${name}"`
