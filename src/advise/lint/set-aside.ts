import { formatPlace, type Issue } from '../../base/issue.ts'
import type { YamlMap } from '../../sigma/parse/document.ts'
import type { Ignored } from './ignore.ts'
import { gradeOf, LINTS } from './lints.ts'

/** A document, and what it sets aside. */
export interface Ignores {
  readonly document: YamlMap
  readonly ignored: readonly Ignored[]
}

/** What is left of issues, and what documents set aside of them. */
export interface SetAside {
  /** In the order of their places. */
  readonly issues: readonly Issue[]
  readonly ignored: readonly { readonly issue: Issue; readonly because: string }[]
}

/** A document's word counts for what lies within it, and for the cases of its file. */
export const setAside = (found: readonly Issue[], ignores: readonly Ignores[]): SetAside => {
  const used = new Set<Ignored>()
  const ignored: { issue: Issue; because: string }[] = []
  const issues = onlyOnce(found).filter((issue) => {
    const entry = entryFor(issue, ignores)
    if (entry === undefined) return true
    used.add(entry)
    ignored.push({ issue, because: entry.because })
    return false
  })
  const idle = ignores.flatMap((one) => one.ignored).filter((entry) => !used.has(entry))
  const said = idle.map(({ name, place }): Issue => {
    return { code: 'lint/idle-ignore', message: `there is no ${name} to set aside`, at: place }
  })
  return { issues: [...issues, ...said].sort(byPlace), ignored }
}

const entryFor = (issue: Issue, ignores: readonly Ignores[]): Ignored | undefined => {
  // What is refused is not used, whatever the rule says of it.
  if (LINTS[issue.code] === undefined && gradeOf(issue) === 'error') return undefined
  const file = issue.at.file?.replace(/\.cases(\.ya?ml)$/, '$1')
  const inFile = ignores.filter(({ document }) => document.place.file === file)
  const before = inFile.filter(({ document }) => (document.place.line ?? 0) <= (issue.at.line ?? 0))
  const own = before.at(-1) ?? inFile[0]
  const isNamed = ({ name }: Ignored): boolean =>
    name === issue.code || issue.code.endsWith(`/${name}`)
  return own?.ignored.find(isNamed)
}

/** Several values of one test can be wrong in the same way. */
const onlyOnce = (issues: readonly Issue[]): readonly Issue[] => {
  const key = ({ code, message, at }: Issue): string => `${code}\n${message}\n${formatPlace(at)}`
  return [...new Map(issues.map((issue) => [key(issue), issue])).values()]
}

const byPlace = (a: Issue, b: Issue): number => {
  const [fileA, fileB] = [a.at.file ?? '', b.at.file ?? '']
  if (fileA !== fileB) return fileA < fileB ? -1 : 1
  const line = (a.at.line ?? 0) - (b.at.line ?? 0)
  return line === 0 ? (a.at.column ?? 0) - (b.at.column ?? 0) : line
}
