import { createReadStream } from 'node:fs'
import { formatPlace } from '../base/issue.ts'
import { LIMIT } from '../base/limit.ts'
import { loadPolicy } from '../kubernetes/audit-policy/load/load-policy.ts'
import { issuesOf, refusalText } from '../kubernetes/audit-policy/load/loading-issues.ts'
import type { AuditPolicy, LoadedPolicy } from '../kubernetes/audit-policy/policy.ts'
import { writeIssues } from './issue-lines.ts'
import { CommandError, codeOf, EXIT, type Shell } from './shell.ts'

/** A policy that an API server starts with. */
export interface AcceptedPolicy extends LoadedPolicy {
  readonly policy: AuditPolicy
}

/**
 * The policy of a file, or of the standard input (`-`), for a command that works on what is in
 * force. A refused file is an error; what the API server drops is told on the errors of the shell.
 */
export const readPolicy = async (path: string, shell: Shell): Promise<AcceptedPolicy> => {
  const accepted = acceptPolicy(await readPolicyBytes(path), path)
  await writeIssues(issuesOf(accepted), shell)
  return accepted
}

/** The policy of a file's bytes; an error when an API server refuses it. */
export const acceptPolicy = (bytes: Uint8Array, path: string): AcceptedPolicy => {
  const loaded = loadPolicy(bytes, nameOf(path))
  const { policy } = loaded
  if (policy === undefined) {
    throw new CommandError(
      EXIT.badInput,
      refusalMessage(loaded, path),
      `correct it, and look at it again: deckwatch policy show ${path}`,
    )
  }
  return { ...loaded, policy }
}

/** The first reason; `policy show` has them all. */
const refusalMessage = ({ refusals, isTooLarge }: LoadedPolicy, path: string): string => {
  const [first, ...others] = refusals
  const place = formatPlace(first?.at ?? { file: nameOf(path) })
  const what = isTooLarge ? 'more than is read' : 'an API server does not start with this policy'
  const reason = first === undefined ? '' : `: ${refusalText(first)}`
  return `${place}: ${what}${reason}${others.length === 0 ? '' : `; and ${others.length} more`}`
}

/** What to call a policy in messages. */
export const nameOf = (path: string): string => (path === '-' ? 'stdin' : path)

/** The bytes of a policy: a file, or `-` for the standard input. */
export const readPolicyBytes = (path: string): Promise<Uint8Array> =>
  readBytes(path, LIMIT.policyBytesMax)

/** So many bytes of a file, or of the standard input (`-`), and at least one more if there are. */
export const readBytes = async (path: string, bytesMax: number): Promise<Uint8Array> => {
  const chunks: Buffer[] = []
  let size = 0
  try {
    const stream = path === '-' ? process.stdin : createReadStream(path)
    for await (const chunk of stream) {
      chunks.push(Buffer.from(chunk))
      size += chunk.length
      if (size > bytesMax) break
    }
  } catch (error) {
    const code = codeOf(error)
    const isFolder = code.includes('EISDIR')
    throw new CommandError(
      EXIT.badInput,
      isFolder ? `${path} is a folder` : `${path} cannot be read${code}`,
      isFolder ? 'name a file in it' : 'check that it exists and that you may read it',
      error,
    )
  }
  return Buffer.concat(chunks)
}
