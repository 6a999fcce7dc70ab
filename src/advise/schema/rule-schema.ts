import { CORRELATION_TYPES } from '../../sigma/parse/correlation.ts'
import { COMPARISONS } from '../../sigma/parse/correlation-condition.ts'
import {
  CORRELATION_KEYS,
  CORRELATION_SECTION_KEYS,
  FILTER_KEYS,
  HEAD_KEYS,
  type KeyTable,
  RULE_KEYS,
} from '../../sigma/parse/keys.ts'
import { LEVELS, RELATIONS, STATUSES } from '../../sigma/parse/read-head.ts'
import { LINTS } from '../lint/lints.ts'
import { casesSchema } from './cases-schema.ts'
import { testsSchema, VALUE_SCHEMAS } from './field-schemas.ts'
import {
  choose,
  type JsonSchema,
  mapOf,
  oneOrMore,
  reference,
  text,
  texts,
  word,
} from './json-schema.ts'

/**
 * The JSON Schema (2020-12) of what deckwatch reads as YAML: rules, correlations, filters, and the
 * files of cases. For editors: what it accepts may still be refused, with the reason.
 */
export const ruleSchema = (): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'deckwatch rules and cases',
  description: 'A Sigma rule, correlation or filter for Kubernetes audit logs, or a file of cases.',
  type: 'object',
  ...choose(
    { required: ['cases'] },
    reference('cases'),
    choose(
      { required: ['correlation'] },
      reference('correlation'),
      choose({ required: ['filter'] }, reference('filter'), reference('rule')),
    ),
  ),
  $defs: {
    rule: documentOf(RULE_KEYS, { logsource: reference('logsource'), detection: DETECTION }, [
      'logsource',
      'detection',
    ]),
    correlation: documentOf(
      CORRELATION_KEYS,
      { correlation: correlationSchema(), generate: { type: 'boolean' } },
      ['correlation'],
    ),
    filter: documentOf(FILTER_KEYS, { logsource: reference('logsource'), filter: FILTER }, [
      'logsource',
      'filter',
    ]),
    cases: casesSchema(),
    logsource: LOGSOURCE,
    search: {
      anyOf: [
        reference('tests'),
        { type: 'string' },
        { type: 'array', minItems: 1, items: { anyOf: [reference('tests'), { type: 'string' }] } },
      ],
    },
    tests: testsSchema(),
    ...VALUE_SCHEMAS,
  },
})

const LOGSOURCE: JsonSchema = mapOf(
  {
    product: text('kubernetes.'),
    service: text('audit: the events. audit-source: what is noted of the log itself.'),
    category: text('Not used by this log.'),
    definition: text('What the log must be set to.'),
  },
  [],
  true,
)

const CONDITION = {
  description: 'How selections are combined: and, or, not, parentheses, 1 of x*, all of them.',
  ...oneOrMore({ type: 'string' }),
}

const DETECTION: JsonSchema = {
  description: RULE_KEYS.detection,
  type: 'object',
  properties: { condition: CONDITION },
  required: ['condition'],
  additionalProperties: reference('search'),
}

const FILTER: JsonSchema = {
  description: FILTER_KEYS.filter,
  type: 'object',
  properties: { condition: CONDITION, rules: texts('Ids or names of rules; any is every rule.') },
  required: ['condition', 'rules'],
  additionalProperties: reference('search'),
}

/** What every document may say; keys of one's own are allowed. */
const documentOf = (
  keys: KeyTable,
  own: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
): JsonSchema => {
  const described = Object.entries(own).map(([key, schema]) => {
    return [key, { description: keys[key] ?? '', ...schema }] as const
  })
  return mapOf({ ...headSchemas(), ...Object.fromEntries(described) }, ['title', ...required], true)
}

const headSchemas = (): Readonly<Record<string, JsonSchema>> => ({
  ...Object.fromEntries(
    Object.entries(HEAD_KEYS).map(([key, about]) => [key, headSchema(key, about)]),
  ),
  summary: text('The sentence of a finding, with fields in braces.'),
  next: text('What to check next.'),
  lint: {
    description: 'Lints that do not apply, each with the reason.',
    type: 'array',
    items: mapOf(
      {
        ignore: word(
          Object.keys(LINTS).map((code) => code.replace('lint/', '')),
          'Its name.',
        ),
        because: text('Why it does not apply.'),
      },
      ['ignore', 'because'],
    ),
  },
})

const headSchema = (key: string, about: string): JsonSchema => {
  switch (key) {
    case 'level':
      return word(LEVELS, about)
    case 'status':
      return word(STATUSES, about)
    case 'tags':
    case 'references':
    case 'falsepositives':
      return texts(about)
    case 'related':
      return {
        description: about,
        ...oneOrMore(
          mapOf({ id: text('Of the other rule.'), type: word(RELATIONS, 'What they share.') }, [
            'id',
            'type',
          ]),
        ),
      }
    default:
      return text(about)
  }
}

function correlationSchema(): JsonSchema {
  const comparisons = Object.entries(COMPARISONS).map(([operator, words]) => {
    return [operator, { type: 'number', description: `${words} so many.` }] as const
  })
  const own: Readonly<Record<string, JsonSchema>> = {
    type: { enum: Object.keys(CORRELATION_TYPES) },
    rules: oneOrMore({ type: 'string' }),
    'group-by': oneOrMore({ type: 'string' }),
    timespan: { type: 'string', pattern: '^[0-9]+[smhd]$' },
    condition: {
      anyOf: [
        { type: 'string' },
        mapOf({
          field: texts('Whose values are counted or summed.'),
          percentile: { type: 'number', minimum: 0, maximum: 100 },
          ...Object.fromEntries(comparisons),
        }),
      ],
    },
    aliases: {
      type: 'object',
      additionalProperties: { type: 'object', additionalProperties: { type: 'string' } },
    },
    generate: { type: 'boolean' },
  }
  const described = Object.entries(CORRELATION_SECTION_KEYS).map(([key, description]) => {
    return [key, { description, ...own[key] }] as const
  })
  return mapOf(Object.fromEntries(described), ['type', 'timespan'])
}
