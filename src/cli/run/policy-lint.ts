import { gradeOf } from '../../advise/lint/lints.ts'
import { policyLints } from '../../advise/policy/lint/issues.ts'
import { lintPolicy } from '../../advise/policy/lint/lint-policy.ts'
import { type LeftLint, mendPolicy } from '../../advise/policy/lint/mend-policy.ts'
import type { PolicyLint, PolicyLintOptions } from '../../advise/policy/lint/policy-lint.ts'
import { type CheckedRequirement, checkedBy } from '../../advise/policy/lint/standards/checked.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { formatPlace } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { textOf } from '../../kubernetes/audit-policy/load/text-of.ts'
import type { PolicyRequest } from '../../kubernetes/audit-policy/policy.ts'
import { KNOWN_MINORS } from '../../kubernetes/known-types/known-types.ts'
import type { LintGrade } from '../../sigma/lint/lint-kind.ts'
import type { Given } from '../command.ts'
import { kindOfIssue } from '../issue-tables.ts'
import { jsonLine } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { policyLintLines } from '../output/policy-lint-text.ts'
import { sarifIssues } from '../output/sarif-issues.ts'
import { type AcceptedPolicy, acceptPolicy, readPolicyBytes } from '../policy-file.ts'
import { CommandError, EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch policy lint`. */
export const runPolicyLint = async (given: Given, shell: Shell): Promise<number> => {
  const policies: ReadPolicy[] = []
  for (const path of given.arguments) policies.push(await read(path))
  const options: PolicyLintOptions = {
    minor: minorOf(given.text('kubernetes-version')),
    standards: given.texts('check'),
  }
  if (given.texts('mend').length > 0) return writeMended(policies, options, given, shell)
  const lints = lintAll(policies, options)
  const checked = checkedBy(lints, given.texts('check'))
  const least = GRADES.indexOf(given.text('level') ?? 'note')
  const shown = lints.filter((one) => GRADES.indexOf(gradeOf(one)) >= least)
  for (const chunk of chunksOf(shown, checked, policies.length, given, shell)) {
    await shell.output.write(chunk)
  }
  return shown.length > 0 ? EXIT.findings : EXIT.nothing
}

interface ReadPolicy {
  readonly file: string
  readonly loaded: AcceptedPolicy
  readonly text: string
}

const read = async (file: string): Promise<ReadPolicy> => {
  const bytes = await readPolicyBytes(file)
  return { file, loaded: acceptPolicy(bytes, file), text: textOf(bytes) }
}

const GRADES: readonly string[] = ['note', 'warning', 'error']

/** The first is what the others are compared with. */
const lintAll = (
  policies: readonly ReadPolicy[],
  options: PolicyLintOptions,
): readonly PolicyLint[] =>
  policies.flatMap(({ loaded, text }, index) => {
    const others = index === 0 ? policies.slice(1) : []
    return lintPolicy(loaded, text, { ...options, others })
  })

const minorOf = (version: string | undefined): number | undefined => {
  if (version === undefined) return undefined
  const minor = Number(/^v?1\.(\d{1,3})(?:\.\d+)?$/.exec(version)?.[1])
  if (minor >= KNOWN_MINORS.first && minor <= KNOWN_MINORS.last) return minor
  throw new CommandError(
    EXIT.environment,
    `--kubernetes-version ${version}: known are 1.${KNOWN_MINORS.first} to 1.${KNOWN_MINORS.last}`,
    'name the release as kubectl version does, such as 1.33, or leave it out',
  )
}

/** Writes the one policy with all mends of some lints made, as far as they go. */
const writeMended = async (
  policies: readonly ReadPolicy[],
  options: PolicyLintOptions,
  given: Given,
  shell: Shell,
): Promise<number> => {
  const [policy, ...others] = policies
  const codes = given.texts('mend').map(toCode)
  if (policy === undefined || others.length > 0) {
    throw new CommandError(
      EXIT.environment,
      '--mend is for one policy',
      'give one file; the policies of all API servers should be the same',
    )
  }
  const { text, left } = mendPolicy(policy.loaded, policy.text, codes, options)
  await shell.output.write(text)
  if (left.length === 0) return EXIT.nothing
  for (const one of left) await shell.errors.write(`${leftLine(one)}\n`)
  return EXIT.findings
}

/** What of a policy is not mended, and why. */
const leftLine = ({ lint, why }: LeftLint): string => {
  const said = escapeTerminal(`${formatPlace(lint.at)}: ${lint.message}`)
  return `left: ${said} (${lint.code}): ${WHY_LEFT[why]}`
}

const WHY_LEFT: Readonly<Record<LeftLint['why'], string>> = {
  'by-hand':
    'no mend is known to be safe, as it would bring an error or was not looked at; mend it by hand',
  'goes-round': 'its mend leads back to what the policy was before; mend it by hand',
  'too-many': `${LIMIT.policyMendsMax} mends are made at once; mend the result again`,
}

const toCode = (name: string): string => {
  const code = name.includes('/') ? name : `policy-lint/${name}`
  if (Object.hasOwn(policyLints, code)) return code
  throw new CommandError(
    EXIT.environment,
    `--mend ${name}: there is no such lint`,
    'name one as the linter does, such as dead-rule; docs/reference/policy-lints.md has them all',
  )
}

const chunksOf = (
  lints: readonly PolicyLint[],
  checked: readonly CheckedRequirement[],
  policies: number,
  given: Given,
  shell: Shell,
): Iterable<string> => {
  switch (given.text('format')) {
    case 'json':
      return [`${jsonLine({ policies, lints: lints.map(toRecord), checks: checked })}\n`]
    case 'sarif':
      return sarifIssues(lints, true)
    default: {
      const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
      return policyLintLines({ lints, checked, policies, palette })
    }
  }
}

/** A lint as `--format json` writes it. Every key is always there; null where there is nothing. */
interface LintRecord {
  /** Such as `policy-lint/dead-rule`. */
  readonly code: string
  readonly grade: LintGrade
  readonly message: string
  /** What the API server does. */
  readonly effect: string
  /** What to do, whatever the policy. */
  readonly remedy: string | null
  readonly at: {
    readonly file: string | null
    readonly line: number | null
    readonly column: number | null
  }
  /** Index of the rule from 0. */
  readonly rule: number | null
  /** A request that shows it. */
  readonly example: PolicyRequest | null
  /** The requirement of a standard that is not met. */
  readonly requirement: string | null
  /** What changes, and the rules or fields as they would be. */
  readonly mend: { readonly about: string; readonly yaml: string } | null
}

const toRecord = (lint: PolicyLint): LintRecord => {
  const { code, message, effect, rule, example, requirement, mend, at } = lint
  return {
    ...{ code, grade: gradeOf(lint), message, effect },
    remedy: kindOfIssue(lint)?.remedy ?? null,
    at: { file: at.file ?? null, line: at.line ?? null, column: at.column ?? null },
    ...{ rule, example, requirement },
    mend: mend === null ? null : { about: mend.about, yaml: mend.yaml },
  }
}
