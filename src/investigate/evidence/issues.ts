import type { Clock } from '../../base/clock.ts'
import type { Issue, IssueTable } from '../../base/issue.ts'
import type { Store } from '../../store/store.ts'
import { timeOfStore } from '../../store/upkeep/store-time.ts'

/** Uses of evidence that are written down where they happen. */
export const evidenceIssues: IssueTable = {
  'evidence/exported': {
    about: 'Somebody exported stored events. It is written down before the first is read.',
    remedy: 'Nothing, if it was meant; the issue says who asked, for what, and where it went.',
    severity: 'warning',
  },
  'evidence/opened': {
    about:
      'Somebody asked for sealed originals with a private key. It is written down before the ' +
      'first is opened.',
    remedy:
      'Nothing, if it was meant. Else replace the pair of keys, and every secret that was sealed.',
    severity: 'warning',
  },
}

/** Writes a use of evidence to the table of issues, before it happens. */
export const writeUse = async (
  store: Store,
  clock: Clock,
  code: keyof typeof evidenceIssues,
  message: string,
): Promise<Issue> => {
  const issue: Issue = { code, message, at: {} }
  const nowUs = clock.nowUs()
  const record = { code, message, place: '{}', count: 1, noticed_at: timeOfStore(nowUs) }
  await store.insertRecords('issues', `${code}-${nowUs}`, [record])
  return issue
}
