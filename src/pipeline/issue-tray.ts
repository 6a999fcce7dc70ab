import { formatPlace, type Issue } from '../base/issue.ts'
import { LIMIT } from '../base/limit.ts'

/**
 * Counts issues by code and keeps the first of each code whole: first by place, not by arrival, so
 * that what is kept does not depend on which worker was faster.
 */
export class IssueTray {
  readonly counts: Record<string, number> = {}
  readonly #kept = new Map<string, Issue[]>()

  add(issue: Issue): void {
    this.addAll([issue], { [issue.code]: issue.count ?? 1 })
  }

  /** Takes over another tray: what it kept, and how many it counted of each code. */
  addAll(issues: readonly Issue[], counts: Readonly<Record<string, number>>): void {
    for (const [code, count] of Object.entries(counts)) {
      this.counts[code] = (this.counts[code] ?? 0) + count
    }
    for (const issue of issues) {
      const kept = this.#kept.get(issue.code) ?? []
      this.#kept.set(issue.code, kept)
      kept.push(issue)
      if (kept.length >= LIMIT.issuesKeptPerCode * 2) trim(kept)
    }
  }

  /** At most `LIMIT.issuesKeptPerCode` of each code, by code and place. */
  kept(): readonly Issue[] {
    const codes = [...this.#kept].sort(([a], [b]) => compare(a, b))
    return codes.flatMap(([, issues]) => trim(issues))
  }
}

const trim = (issues: Issue[]): Issue[] => {
  issues.sort(byPlace)
  issues.splice(LIMIT.issuesKeptPerCode)
  return issues
}

const byPlace = (a: Issue, b: Issue): number =>
  compare(a.at.file ?? '', b.at.file ?? '') ||
  (a.at.offset ?? 0) - (b.at.offset ?? 0) ||
  compare(formatPlace(a.at), formatPlace(b.at)) ||
  compare(a.message, b.message)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
