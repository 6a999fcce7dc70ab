import { formatPlace } from '../../../base/issue.ts'
import type { Case } from '../../testing/cases.ts'
import { loadPolicy } from '../load/load-policy.ts'

/** What is loaded of the file of a case, in its words. */
export const loadedOf = ({ input }: Case): unknown => {
  const loaded = loadPolicy(bytesOf(input), '')
  const { policy, metadata, refused, refusedAt, isTooLarge, faults, warning } = loaded
  const [rule] = policy?.rules ?? []
  return {
    ...rule,
    ...policy,
    metadata,
    refused,
    isTooLarge,
    refusedStarts: refused?.slice(0, STARTS),
    at: refusedAt && formatPlace(refusedAt).slice(1),
    levels: policy?.rules.map(({ level }) => level),
    warnings: faults.map(({ message }) => message),
    warningsAt: faults.map(({ at }) => formatPlace(at).slice(1)),
    log: warning,
  }
}

/** As much as the case gives of a long message. */
const STARTS = 82

const HEAD = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n'

const bytesOf = (input: Case['input']): Uint8Array => {
  if (input?.base64 !== undefined) return Buffer.from(String(input.base64), 'base64')
  if (input?.utf16 !== undefined) return Buffer.from(`\ufeff${HEAD}${input.utf16}`, 'utf16le')
  if (input?.file !== undefined) return Buffer.from(String(input.file))
  const depth = Number(input?.nested ?? 0)
  return Buffer.from(`${HEAD}${input?.policy}${'['.repeat(depth)}${']'.repeat(depth)}`)
}
