import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { findField } from '../model/fields.ts'
import { sigmaIssues } from '../sigma/issues.ts'
import { compileRules } from './compile.ts'
import { detectIssues } from './issues.ts'
import { PUBLISHED_NAMES } from './published-names.ts'

const FILE = new URL('fixtures/published-rules.yaml', import.meta.url)
const { rules, issues } = compileRules([
  { file: 'published.yaml', text: readFileSync(FILE, 'utf8') },
])
const TITLES = [...readFileSync(FILE, 'utf8').matchAll(/^title: (.*)$/gm)].map(([, title]) => title)

/** The messages of one rule's issues, by the lines of its document. */
const saidOf = (title: string): readonly string[] => {
  const lines = readFileSync(FILE, 'utf8').split('\n')
  const from = lines.indexOf(`title: ${title}`) + 1
  const until = lines.indexOf('---', from)
  return issues
    .filter(({ at: { line = 0 } }) => line >= from && (until < 0 || line <= until))
    .map(({ code, message }) => `${code}: ${message}`)
}

describe('rules as public collections have them', () => {
  test('load as they are, but for those of another log', () => {
    const loaded = new Set(rules.map(({ sigma }) => sigma.title))
    expect(TITLES.filter((title) => !loaded.has(title ?? ''))).toEqual([
      'For the activity log of Azure',
      'For the audit log of Google',
      'For CloudTrail',
    ])
    expect(loaded.size).toBe(18)
  })

  test('raise warnings alone', () => {
    const errors = issues.filter(
      ({ code }) => (sigmaIssues[code] ?? detectIssues[code])?.severity !== 'warning',
    )
    expect(errors).toEqual([])
  })

  test.each([
    ['Own permissions listed', 'apiGroup', 'objectRef.apiGroup'],
    ['Deployment patched', 'apiGroup', 'objectRef.apiGroup'],
    ['Path of the host mounted', 'hostPath', 'pod.volumes[].hostPath'],
    ['Pod with capabilities', 'capabilities', 'pod.containers[].capabilitiesAdded'],
    ['Compiler in a container', 'file_path', 'exec.command'],
  ])('%s: %s is read as %s', (title, name, real) => {
    expect(saidOf(title)).toEqual([
      `sigma/renamed-field: ${name} is no field of these events: ${real} is read instead`,
    ])
  })

  test.each(['Webhook configuration written', 'Job written', 'Binding written', 'Secret written'])(
    '%s: no request has the verb replace',
    (title) => {
      expect(saidOf(title)).toEqual([
        expect.stringMatching(/^sigma\/impossible-value: verb is hardly ever "replace"/),
      ])
    },
  )

  test.each([
    'Shells in the request, plain and encoded',
    'Shells in the request, by an expression',
  ])('%s: a status code is no word', (title) => {
    expect(saidOf(title)).toEqual([
      'sigma/impossible-value: responseStatus.code is a number and never "ALLOW"',
    ])
  })

  test.each([
    ['For the activity log of Azure', 'azure/activitylogs'],
    ['For the audit log of Google', 'gcp/gcp.audit'],
    ['For CloudTrail', 'aws/cloudtrail'],
  ])('%s is for another log source', (title, logsource) => {
    expect(saidOf(title)).toEqual([
      `sigma/other-logsource: the rule is for another log source, ${logsource}, and not for kubernetes/audit`,
    ])
  })

  test('all that is said is said of one of them', () => {
    expect(issues).toHaveLength(5 + 4 + 2 + 3)
  })
})

test('every published name is no field, and means one', () => {
  for (const [name, real] of PUBLISHED_NAMES) {
    expect(findField(name), name).toBeUndefined()
    expect(findField(real), real).toBeDefined()
  }
})
