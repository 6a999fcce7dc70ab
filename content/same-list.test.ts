import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { readContent } from './testing/shipped-rules.ts'

/** The values of one field in a selection of a rule. */
const listIn = (file: string, selection: string, field: string): readonly string[] => {
  const rule: { detection: Record<string, Record<string, readonly string[]>> } = parse(
    readContent(file).text,
  )
  return rule.detection[selection]?.[field] ?? []
}

it('know the same reverse shells, by exec and in a workload', () => {
  const byExec = listIn('execution/reverse-shell.yaml', 'shell', 'exec.plainCommand|re')
  const inWorkload = listIn(
    'execution/reverse-shell-in-workload.yaml',
    'command',
    'pod.containers[].commandLine|re',
  )
  expect(byExec.length).toBeGreaterThan(10)
  // The miners stand behind them.
  expect(inWorkload.slice(0, byExec.length)).toEqual(byExec)
})
