import type { Reason } from '../../model/blindness.ts'
import type { RuleCoverage } from '../../model/finding.ts'
import { type Blindness, REASONS } from './digest.ts'
import { counted, listed } from './words.ts'

/** Why acts could not be judged and what to change, in plain words. */
export interface Advice {
  /** What is the matter: a clause that begins with the acts. */
  readonly why: string
  /** What to change: a sentence. */
  readonly change: string
}

/** The advice for one kind of blindness. */
export const adviceFor = ({ reason, need, acts }: Blindness): Advice => {
  const subject = counted(acts, 'act')
  const what = need.resources.length === 0 ? 'the requests' : listed(need.resources)
  switch (reason) {
    case 'level':
      return {
        why: `${subject} logged below the level ${need.level}`,
        change: `In the audit policy, raise ${what} to ${need.level}.`,
      }
    case 'stage':
      return {
        why: `${subject} seen only at an early stage`,
        change:
          'The later stages are not in the log: remove ResponseComplete from omitStages, and give ' +
          'the files that come after.',
      }
    case 'truncated':
      return {
        why: `${subject} cut to size by the API server`,
        change:
          'Raise --audit-log-truncate-max-event-size (or --audit-webhook-truncate-max-event-size).',
      }
    case 'missing':
      return {
        why: `${subject} without the body that their level promises`,
        change: 'Something between the API server and here drops bodies: look at the forwarder.',
      }
    case 'unparsable':
      return {
        why: `${subject} with a body that is no JSON`,
        change: 'Look at the issues below: the log was damaged, or somebody wrote into it.',
      }
    case 'partial':
      return {
        why: `${subject} that show only part of the object (a patch)`,
        change: 'A patch says what changes, not what is there: compare with the object itself.',
      }
    case 'provider':
      return {
        why: `${subject} in records that do not say it`,
        change: 'The provider leaves these fields out: no policy changes that.',
      }
    case 'unmeasured':
      return {
        why: `${subject} of which nothing was measured`,
        change: 'Only a running instance measures the log itself: deckwatch serve.',
      }
  }
}

/** One word for a table. */
export const REASON_WORD: Readonly<Record<Reason, string>> = {
  level: 'level too low',
  stage: 'early stage only',
  truncated: 'truncated',
  provider: 'not said by provider',
  missing: 'body missing',
  unparsable: 'body no JSON',
  partial: 'patch shows a part',
  unmeasured: 'not measured',
}

/** The reasons of a rule's cannot-tells, the most frequent first. */
export const reasonsOf = (row: RuleCoverage): readonly (readonly [Reason, number])[] =>
  REASONS.map((reason) => [reason, row.reasons[reason] ?? 0] as const)
    .filter(([, acts]) => acts > 0)
    .sort((a, b) => b[1] - a[1])
