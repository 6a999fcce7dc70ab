import { SOURCE_FIELDS, type SourceField } from '../../src/model/source-fields.ts'
import { code, type Page, page, table } from './page.ts'

/** Every field that a rule about a log itself can read. */
export const sourceFieldsPage = (): Page =>
  page(
    'source-fields.md',
    'Fields of rules about logs',
    INTRODUCTION,
    table(['Field', 'Type', 'Trust', 'Of', 'What it is'], SOURCE_FIELDS.map(row)),
  )

const INTRODUCTION = `\
A rule with \`logsource: { product: kubernetes, service: audit-source }\` judges no events. It judges
what \`deckwatch serve\` notes of a log while it comes: that it is silent, that requests have no end,
that a file was deleted unread. A note is about one API server, and mostly about one way by which its log
comes. It is told when it begins and again each time it has doubled; the finding stays the same one.

- **Of**: the values of \`source.kind\` that have the field. In a note of another kind it is absent.
- What a note of the right kind does not hold was not measured, and a rule that asks for it *cannot
  tell* (reason \`unmeasured\`): the usual silence of a log that is new, the end of a gap that nobody knows.
- **Trust**: who decides the value, as for the [fields of events](fields.md).

Cases of such a rule give the note as a map: \`kind\`, \`cluster\`, \`server\`, \`way\` and what the kind has.
The rules that come along are E27 and E28 in the [list](rules.md); [what can be lost](../guide/what-can-be-lost.md)
says what lies behind them.`

function row({ name, type, trust, kinds, about, values }: SourceField): readonly string[] {
  const listed = values === undefined ? '' : ` One of ${values.map(code).join(' ')}.`
  return [code(name), type, trust, kinds?.map(code).join(' ') ?? 'all', `${about}${listed}`]
}
