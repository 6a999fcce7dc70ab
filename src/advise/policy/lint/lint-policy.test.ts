import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../../base/limit.ts'
import { evaluate } from '../../../kubernetes/audit-policy/evaluate.ts'
import type { LintGrade } from '../../../sigma/lint/lint-kind.ts'
import { applyEdit } from './apply-edit.ts'
import { policyLints } from './issues.ts'
import { editedPolicy } from './policy-edit.ts'
import type { PolicyLint } from './policy-lint.ts'
import {
  type LintedPolicy,
  lintCase,
  lintText,
  type PolicyLintCase,
  readPolicyCases,
} from './testing/policy-cases.ts'

const cases = readPolicyCases()

/** Has no case: it needs a thousand lints. */
const BY_TEST = 'policy-lint/not-all-looked-at'

describe('lints of policies', () => {
  it('each have their cases, and each file of cases its lint', () => {
    const codes = new Set([...cases.map(({ code }) => code), BY_TEST])
    expect(Object.keys(policyLints).filter((code) => !codes.has(code))).toEqual([])
    expect([...codes].filter((code) => !(code in policyLints))).toEqual([])
  })

  it.each(cases.map((one) => [one.code, one] as const))('%s', (code, one) => {
    const bad = lintCase(one.bad, one)
    expect(toldOf(bad, code), messages(bad)).toEqual([nameOf(code), ...one.also].sort())
    const good = lintCase(one.good, one)
    expect(toldOf(good, code), messages(good)).toEqual([...one.goodAlso].sort())
    expect(good.loaded.faults).toEqual([])
  })

  const more = cases.flatMap((one) => one.more.map((other) => [one.code, other.title, one, other]))
  it.each(more as [string, string, PolicyLintCase, PolicyLintCase['more'][number]][])(
    '%s: %s',
    (code, _title, one, { policy, raises }) => {
      const linted = lintCase(policy, one)
      expect(toldOf(linted, code), messages(linted)).toEqual([...raises].sort())
    },
  )
})

const all = cases.flatMap((one) => [
  [one.code, 'bad', one.bad, one] as const,
  ...one.more.map(({ title, policy }) => [one.code, title, policy, one] as const),
])

describe('what is said of a policy', () => {
  it.each(all)('%s (%s) is whole, and its examples are so', (_code, _title, policy, one) => {
    const { loaded, lints } = lintCase(policy, one)
    for (const { message, effect, at, example } of lints) {
      expect(`${message} ${effect}`).not.toMatch(/undefined|\[object|\bnull\b/)
      expect(message).not.toMatch(/[.:]$/)
      expect(effect).toMatch(/\.$/)
      expect(at.line).toBeGreaterThan(0)
      if (example === null || loaded.policy === undefined) continue
      const decided = evaluate(loaded.policy, example)
      expect(effect).toContain(decided.level === 'None' ? 'logs ' : decided.level)
    }
  })

  it.each(all)('%s (%s) goes away with its mend', (_code, _title, policy, one) => {
    const linted = lintCase(policy, one)
    for (const lint of linted.lints) {
      // One that would bring an error is not shown.
      if (lint.mend !== null) expectMended(linted, lint, one)
    }
  })
})

describe('a requirement that is for the whole policy', () => {
  it('is one lint, however many rules are against it', () => {
    const verbs = ['get', 'list', 'watch']
    const rules = verbs.map((verb) => `- level: Metadata\n  verbs: [${verb}]\n`).join('')
    const head = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [ResponseComplete]\n'
    const text = `${head}rules:\n${rules}- level: Request\n`
    const { lints } = lintText(text, { standards: ['stig', 'pci'] })
    const told = (code: string): readonly PolicyLint[] =>
      lints.filter((lint) => lint.code === code && lint.message.includes('10.2.1') === false)
    expect(told('policy-lint/stig')).toHaveLength(1)
    expect(told('policy-lint/stig')[0]?.effect).toContain(
      'rule 1 (line 5) says so, and so do rule 2 (line 7), rule 3 (line 9), rule 4 (line 11).',
    )
    expect(told('policy-lint/pci')).toHaveLength(1)
  })

  it('of CIS tells what is read from what is written', () => {
    const text = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: RequestResponse\n'
    const { lints } = lintText(text, { standards: ['cis'] })
    const told = lints.filter(({ code }) => code === 'policy-lint/cis')
    expect(told.map(({ message }) => message.replace(/^.*: /, ''))).toEqual([
      'writes of Secrets, ConfigMaps and TokenReviews must be logged at no more than Metadata',
      'reads and deletions of Secrets, ConfigMaps and TokenReviews, which are answered with their content, must be logged at no more than Request',
    ])
  })
})

describe('a name that is mended', () => {
  const mended = (level: string, group: string, resource: string): readonly string[] =>
    lintText(
      `apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: ${level}\n  verbs: [create]\n  resources:\n  - { group: '${group}', resources: [${resource}, pods/eviction] }\n- level: Metadata\n`,
    )
      .lints.filter(({ message }) => message.startsWith(`${resource} `))
      .map(({ mend }) => mend?.yaml.replaceAll(/\s+/g, ' ') ?? '')

  it('of a group that is no more is that of the group that has it now, where more is logged', () => {
    expect(mended('Request', 'extensions', 'deployments')).toEqual([
      expect.stringContaining('- group: apps resources: [deployments]'),
    ])
    expect(mended('None', 'extensions', 'deployments')).toEqual([
      expect.not.stringContaining('deployments'),
    ])
  })

  it('of what is impersonated is taken out', () => {
    expect(mended('Request', '', 'users')).toEqual([expect.not.stringContaining('users')])
  })
})

describe('a mend', () => {
  const text = `# Ours.
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived] # as everybody does
rules:
  # Noise.
  - level: None # not logged
    users: [system:kube-scheduler]
    resources: &all
      - group: coordination.k8s.io
  # What matters.
  - level: Request
    verbs: [connect]
    resources: *all
  - level: Metadata
`
  it('leaves the lines alone that it does not concern', () => {
    const { lints, loaded } = lintText(text)
    const verb = lints.find(({ code }) => code === 'policy-lint/impossible-verb')
    const after = applyEdit(text, loaded.policy ?? fail(), verb?.mend?.edit ?? {})
    expect(after).toBe(
      text.replace(
        '    verbs: [connect]\n    resources: *all\n',
        '    verbs: [get, create]\n    resources:\n      - group: coordination.k8s.io\n',
      ),
    )
    const stage = lints.find(({ code }) => code === 'policy-lint/intent-hidden')
    expect(applyEdit(text, loaded.policy ?? fail(), stage?.mend?.edit ?? {})).toBe(
      text.replace(/omitStages.*\n/, ''),
    )
  })

  it('of a rule that others refer to, or of JSON, writes the policy anew', () => {
    const json = `{"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{"level":"Metadata","verbs":["connect"],"namespaces":["a"]},{"level":"Metadata"}]}`
    const anchored = text.replace('level: None #', 'level: None\n    verbs: [connect] #')
    for (const written of [json, anchored]) {
      const linted = lintText(written)
      const verb = linted.lints.find(({ code }) => code === 'policy-lint/impossible-verb')
      expectMended(linted, verb ?? fail(), undefined)
    }
  })
})

describe('a large policy', () => {
  const head = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n'
  const list = (count: number, text: (index: number) => string): string =>
    `[${Array.from({ length: count }, (_, index) => text(index)).join(', ')}]`

  it('is linted within bounds, and it is said that something is left out', () => {
    const users = list(LIMIT.policyLintsMax + 1, (index) => `"team-${index}-*"`)
    const text = `${head}- level: Metadata\n  users: ${users}\n`
    const { lints } = lintText(text)
    expect(lints).toHaveLength(LIMIT.policyLintsMax + 1)
    expect(lints.at(-1)?.code).toBe(BY_TEST)
    // Mends are shown as long as it can be told that they bring no error.
    const shown = lints.filter(({ mend }) => mend !== null).length
    expect(shown * text.length * 200).toBeLessThan(LIMIT.policyMendSteps)
    expect(shown).toBeGreaterThan(0)
  })

  it('is not looked at any longer when the searches have cost so much', () => {
    const users = list(1_100, (index) => `u${index}`)
    const groups = list(1_100, (index) => `g${index}`)
    const rule = `- level: Metadata\n  users: ${users}\n  userGroups: ${groups}\n`
    const first = '- level: None\n  verbs: [watch]\n  namespaces: [shop]\n'
    const { lints } = lintText(head + first + rule)
    expect(LIMIT.policyLintSteps).toBeLessThan(2_200 * 2_200 * 100)
    expect(lints.map(({ code }) => code)).toContain(BY_TEST)
  })
})

const CORPUS = new URL('../../../../../shared/corpus/', import.meta.url)

describe.skipIf(!existsSync(CORPUS))('policies that are used (needs ../shared/corpus)', () => {
  const told = (name: string, grade: LintGrade): readonly string[] =>
    lintText(readFileSync(new URL(`lab/${name}/policy.yaml`, CORPUS), 'utf8'))
      .lints.filter(({ code }) => policyLints[code]?.grade === grade)
      .map(({ code, at }) => `${at.line}:${at.column} ${nameOf(code)}`)

  it('are told what is wrong with them, and no more', () => {
    expect(told('typical', 'error')).toEqual([])
    expect(told('typical', 'warning')).toEqual([])
    expect(told('metadata', 'error')).toEqual([])
    expect(told('metadata', 'warning')).toEqual([])
    expect(told('full', 'error')).toEqual(['5:3 secret-bodies', '5:3 token-bodies'])
    expect(told('full', 'warning')).toEqual(['5:3 list-bodies'])
    expect(told('typo', 'error')).toEqual(['5:1 dropped-field', '9:3 dropped-field'])
  })
})

/** The edit gives what it says, as a policy and as a text, and the lint is raised no more. */
function expectMended(
  { text, loaded, lints }: LintedPolicy,
  { code, message, mend }: PolicyLint,
  one: PolicyLintCase | undefined,
): void {
  if (loaded.policy === undefined || mend === null) return
  const after = applyEdit(text, loaded.policy, mend.edit)
  const again = one === undefined ? lintText(after) : lintCase(after, one)
  expect(again.loaded.refused).toBeUndefined()
  expect(again.loaded.policy).toEqual(editedPolicy(loaded.policy, mend.edit))
  const count = (among: readonly PolicyLint[]): number =>
    among.filter(
      (other) => other.code === code && withoutLines(other) === withoutLines({ message }),
    ).length
  expect(count(again.lints), `${code}: ${message}\n${after}`).toBeLessThan(count(lints))
}

/** Rules have other lines once the policy is mended. */
const withoutLines = ({ message }: Pick<PolicyLint, 'message'>): string =>
  message.replace(/rule \d+ \(line \d+\)/g, 'a rule')

/** Names of errors and warnings, each once, and that of a note if it is the one asked about. */
const toldOf = ({ lints }: LintedPolicy, asked: string): readonly string[] => {
  const told = lints.filter(({ code }) => code === asked || policyLints[code]?.grade !== 'note')
  return [...new Set(told.map(({ code }) => nameOf(code)))].sort()
}

const nameOf = (code: string): string => code.replace(/^.*\//, '')

const messages = ({ lints }: LintedPolicy): string =>
  lints.map(({ at, code, message }) => `${at.line}: ${code}: ${message}`).join('\n')

const fail = (): never => {
  throw new Error('nothing was found')
}
