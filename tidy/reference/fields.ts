import { PART } from '../../src/model/blindness.ts'
import { FIELDS, type Field, partBehind, stagesOf } from '../../src/model/fields.ts'
import { code, type Page, page, table } from './page.ts'

/** Every field that a rule can read. */
export const fieldsPage = (): Page =>
  page(
    'fields.md',
    'Fields',
    INTRODUCTION,
    table(
      ['Field', 'Type', 'Trust', 'Least level', 'Not at', 'Column', 'What it is'],
      FIELDS.map(row),
    ),
  )

const INTRODUCTION = `\
What a rule can read. Names are those of \`audit.k8s.io/v1\` where the log has them; the others
are derived.

- **Type**: \`[]\` means any number of values; a test holds when it holds for any of them.
  Fields that share a prefix ending in \`[]\` (such as \`pod.containers[].\`) within one
  selection are tested on the same element.
- **Trust**: who decides the value. \`server\`: the API server. \`client\`: a client that it let
  in. \`anyone\`: a value that any client may forge; it proves nothing.
- **Least level**: the lowest audit level at which the value can be in the log. Below it the
  field *cannot be told*.
- **Not at**: stages of a request at which the value cannot be there yet.
- **Column**: the name under which it is stored; without one it is computed from the raw event.`

function row(field: Field): readonly string[] {
  const values = field.values === undefined ? '' : ` One of ${field.values.map(code).join(' ')}.`
  return [
    code(field.name),
    `${field.type}${field.list === true ? '[]' : ''}`,
    field.trust,
    leastLevel(field),
    missingStages(field),
    field.column === undefined ? '' : code(field.column),
    `${field.about}${values}`,
  ]
}

function leastLevel(field: Field): string {
  const part = partBehind(field)
  if ((part & PART.responseObject) !== 0 && (part & PART.requestObject) === 0) {
    return 'RequestResponse'
  }
  return (part & PART.requestObject) !== 0 ? 'Request' : 'Metadata'
}

function missingStages(field: Field): string {
  const present = stagesOf(field)
  const early = ['RequestReceived', 'ResponseStarted'] as const
  return early.filter((stage) => !present.includes(stage)).join(', ')
}
