import { LIMIT } from '../../src/base/limit.ts'
import { readText } from '../files.ts'
import { code, type Page, page, table, unwrapComment } from './page.ts'

/** Every bound, with the comment it has in the source. */
export const limitsPage = (): Page =>
  page(
    'limits.md',
    'Limits',
    'Meeting a limit is always an issue or a counted event, never silence.',
    table(['Limit', 'Value', 'What it bounds'], Object.entries(LIMIT).map(row)),
  )

function row([name, value]: readonly [string, number]): readonly string[] {
  return [code(name), value.toLocaleString('en-GB'), comments().get(name) ?? '']
}

/** Comments by the name that follows them. */
function comments(): ReadonlyMap<string, string> {
  const text = readText('src/base/limit.ts')
  const found = text.matchAll(/(\/\*\*(?:[^*]|\*(?!\/))*\*\/)\s*(\w+):/g)
  return new Map([...found].map(([, comment, name]) => [name ?? '', unwrapComment(comment ?? '')]))
}
