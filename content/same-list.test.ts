import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { readContent } from './testing/shipped-rules.ts'

/** The values of one field in a selection of a rule. */
const listIn = (file: string, selection: string, field: string): readonly string[] => {
  const rule: { detection: Record<string, Record<string, string | readonly string[]>> } = parse(
    readContent(file).text,
  )
  return [rule.detection[selection]?.[field] ?? []].flat()
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

it('know the same sensitive paths of a PersistentVolume', () => {
  const [loud, quiet] = ['node-path-by-volume', 'node-path-provisioned'].map((name) =>
    listIn(`privilege-escalation/${name}.yaml`, 'sensitive', 'persistentVolume.path|re'),
  )
  expect(loud).toHaveLength(1)
  expect(quiet).toEqual(loud)
})
