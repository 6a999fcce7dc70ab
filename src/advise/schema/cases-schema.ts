import { CASE_KINDS, REASONS } from '../case-file.ts'
import { MUTANT_KINDS } from '../mutant-kinds.ts'
import { choose, type JsonSchema, mapOf, text, word } from './json-schema.ts'

/** The schema of `<name>.cases.yaml`. See SPEC.md. */
export const casesSchema = (): JsonSchema =>
  mapOf(
    {
      base: {
        ...EVENT,
        description:
          'The event that cases change, as the API server writes it; or a note of a log.',
      },
      bases: { type: 'object', additionalProperties: EVENT, description: 'More of them, by name.' },
      mutants: mapOf(
        {
          skip: { type: 'array', items: { enum: MUTANT_KINDS } },
          because: text('Why these mutants mean nothing for the rule.'),
        },
        ['skip', 'because'],
      ),
      cases: { type: 'array', items: caseSchema(), minItems: 1 },
    },
    ['cases'],
  )

const EVENT: JsonSchema = { type: 'object' }

const CHANGES: Readonly<Record<string, JsonSchema>> = {
  from: text('The name of the base event; base without it.'),
  set: { type: 'object', description: 'JSON Pointers and the values to write there.' },
  unset: { type: 'array', items: { type: 'string' }, description: 'JSON Pointers to remove.' },
  event: { ...EVENT, description: 'An event of its own.' },
}

const caseSchema = (): JsonSchema => ({
  ...mapOf(
    {
      title: text('What happens, in a few words.'),
      kind: word(CASE_KINDS, 'match and bypass must match, near-miss must not, blind cannot tell.'),
      rule: text('Which rule of the file it is about, by id or name.'),
      reason: word(REASONS, 'Why it cannot be told.'),
      summary: text('How the sentence of the finding begins.'),
      raw: text('The record as text, of any shape.'),
      events: { type: 'array', items: STEP, minItems: 1, description: 'A story, step by step.' },
      ...CHANGES,
    },
    ['title', 'kind'],
  ),
  ...choose({ properties: { kind: { const: 'blind' } } }, { required: ['reason'] }),
})

const DURATION = { type: 'string', pattern: '^[0-9]+(?:ms|s|m|h|d)$' }

const STEP: JsonSchema = mapOf({
  ...CHANGES,
  after: { ...DURATION, description: 'How long after the event before.' },
  times: { type: 'integer', minimum: 1, description: 'How often it happens.' },
  every: { ...DURATION, description: 'How long between two times.' },
})
