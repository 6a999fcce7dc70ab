import type { IssueTable } from '../base/issue.ts'

/** What can be wrong with the networks that the user told us of. */
export const ENRICH_ISSUES: IssueTable = {
  'enrich/bad-range': {
    about: 'A trusted proxy or a cluster range is no address and no CIDR range.',
    remedy: 'Write it as 10.0.0.0/8, 2001:db8::/32 or a single address.',
    severity: 'error',
  },
}
