import type { IssueTable } from '../../src/base/issue.ts'
import { listFiles, ROOT } from '../files.ts'
import { code, type Page, page, table } from './page.ts'

/** Every code of an issue, what it means, and what to do. */
export const issuesPage = async (): Promise<Page> => {
  const rows = Object.entries(await allIssues())
    .filter(([name]) => !/^(?:policy-)?lint\//.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return page(
    'issues.md',
    'Issues',
    'What deckwatch says when something in its input is at fault. An error means that the thing could not be\nused; a warning that it was used, with a reservation. One bad line or rule never stops the others.\nWhat `rule lint` says besides is in [lints](lints.md), and what `policy lint` says in\n[lints of audit policies](policy-lints.md).',
    table(
      ['Code', 'Severity', 'What it means', 'What to do'],
      rows.map(([name, kind]) => [code(name), kind.severity, kind.about, kind.remedy]),
    ),
  )
}

/** The issue tables of every folder, joined: each is what a file `issues.ts` exports. */
export const allIssues = async (): Promise<IssueTable> => {
  const files = listFiles().filter((path) => /^src\/.*\/issues\.ts$/.test(path))
  const modules: object[] = await Promise.all(files.map((path) => import(ROOT + path)))
  return Object.assign({}, ...modules.flatMap((module) => Object.values(module)).filter(isTable))
}

function isTable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).every(
    (kind) => kind?.about !== undefined && kind.remedy !== undefined,
  )
}
