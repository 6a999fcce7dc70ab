import type { Issue } from '../../base/issue.ts'
import type { LiveActsLosses } from './live-acts.ts'
import type { LiveCorrelationLosses } from './live-correlation.ts'

/** What live detection could not keep to the letter. */
export interface LiveLosses {
  readonly acts: LiveActsLosses
  readonly correlation: LiveCorrelationLosses
}

/** What was lost since an earlier moment, as issues with their counts; none: nothing was. */
export const lossIssues = (before: LiveLosses, now: LiveLosses): readonly Issue[] =>
  KINDS.flatMap(({ code, message, of }) => {
    const count = of(now) - of(before)
    return count <= 0 ? [] : [{ code, message: `${count} ${message}`, at: {}, count }]
  })

interface Kind {
  readonly code: string
  readonly message: string
  readonly of: (losses: LiveLosses) => number
}

const KINDS: readonly Kind[] = [
  {
    code: 'detect/live-acts-early',
    message: 'requests were judged without waiting for their end, for lack of room',
    of: ({ acts }) => acts.evicted,
  },
  {
    code: 'detect/live-windows-evicted',
    message: 'groups of correlations were given up for lack of room',
    of: ({ correlation }) => correlation.groupsEvicted,
  },
  {
    code: 'detect/live-late',
    message: 'acts or spans of time came late and were not judged again',
    of: ({ correlation }) => correlation.lateDropped + correlation.unanswered,
  },
  {
    code: 'detect/live-updates',
    message: 'findings of correlations went on, and do not show how far',
    of: ({ correlation }) => correlation.updatesLeftOut,
  },
  {
    code: 'detect/live-signals',
    message: 'stored signals, or answers of rules in them, mean nothing to these rules',
    of: ({ correlation }) => correlation.signalsUnread + correlation.rulesGone,
  },
]
