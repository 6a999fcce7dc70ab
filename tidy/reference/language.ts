import { CORRELATION_TYPES } from '../../src/sigma/parse/correlation.ts'
import { COMPARISONS } from '../../src/sigma/parse/correlation-condition.ts'
import {
  CORRELATION_KEYS,
  CORRELATION_SECTION_KEYS,
  FILTER_KEYS,
  HEAD_KEYS,
  type KeyTable,
  RULE_KEYS,
} from '../../src/sigma/parse/keys.ts'
import { MODIFIERS } from '../../src/sigma/plan/modifiers.ts'
import { code, type Page, page, table } from './page.ts'

/** What a rule, a correlation and a filter can say: from the tables that their parsers read. */
export const languagePage = (): Page =>
  page(
    'language.md',
    'The rule language',
    'Sigma 2.1: what a rule can say, and what each word means; anything else is refused with the line and the reason. [Write a rule](../guide/rules.md) shows it in use, and the [fields](fields.md) are what it can ask of.',
    '## Keys of every document',
    keys(HEAD_KEYS),
    'Any other key is kept as it is. deckwatch itself reads `summary`, the sentence of a finding, with fields in braces, and `next`, what to check.',
    '## Keys of a rule',
    keys(RULE_KEYS),
    '## Modifiers',
    'After the name of a field, each with `|` before it: `user.username|startswith: adm_`.',
    table(
      ['Modifier', 'Kind', 'What it says'],
      Object.entries(MODIFIERS).map(([name, { role, about }]) => [code(name), role, about]),
    ),
    '## Keys of a correlation',
    keys(CORRELATION_KEYS),
    '## Keys of the map `correlation`',
    keys(CORRELATION_SECTION_KEYS),
    '## Types of correlation',
    table(
      ['Type', 'What is asked of the timespan'],
      Object.entries(CORRELATION_TYPES).map(([name, { about }]) => [code(name), about]),
    ),
    '## Comparisons of a correlation',
    keys(COMPARISONS),
    '## Keys of a filter',
    keys(FILTER_KEYS),
    '## Lists',
    'What `expand` puts in place of `%name%`: a text file with a value on each line (`#` begins a comment), called like the list, or a YAML file that maps names to values.',
  )

function keys(entries: KeyTable): string {
  return table(
    ['Key', 'What it says'],
    Object.entries(entries).map(([key, about]) => [code(key), about]),
  )
}
