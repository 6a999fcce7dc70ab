import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeRules } from './rules.ts'

/** The repository. */
export const ROOT: string = fileURLToPath(new URL('..', import.meta.url))

/** The command as it is published, once it is built. */
export const MAIN: string = join(ROOT, 'dist/main.js')

/** Builds what is measured: the package as it is published. */
export const build = (): void => {
  const built = spawnSync(process.execPath, [join(ROOT, 'tidy/build.ts')], { stdio: 'inherit' })
  if (built.status !== 0) throw new Error('the build failed')
}

/** Makes a folder of as many rules as are missing to 500 beside those that come with deckwatch. */
export const writeRules = (folder: string): string => {
  const own = readdirSync(join(ROOT, 'content/rules'), { recursive: true, encoding: 'utf8' })
  const count = own.filter((file) => /(?<!\.cases)\.yaml$/.test(file)).length
  const rules = join(folder, 'rules')
  mkdirSync(rules)
  for (const { file, text } of makeRules(500 - count)) writeFileSync(join(rules, file), text)
  return rules
}

/** What something took, by the clock and of processor time. */
export interface Time {
  readonly ms: number
  readonly cpuMs: number
}

/** B0 as a process on the first core: the loop alone, over a log of so many events. */
export const bareLoop = (log: { readonly path: string; readonly events: number }): Time => {
  const script = join(ROOT, 'bench/yardstick-process.ts')
  const done = spawnSync(...pinned([process.execPath, script, log.path], '0'), {
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(`B0 failed: ${done.stderr}`)
  const { events, ms, cpuMs } = JSON.parse(done.stdout)
  if (events !== log.events) throw new Error(`B0 read ${events} events, not ${log.events}`)
  return { ms, cpuMs }
}

/** A command and its arguments, kept to one core where that can be done. */
export const pinned = (
  command: readonly string[],
  core: string | undefined,
): [string, string[]] => {
  const whole = core === undefined || !canPin() ? command : ['taskset', '-c', core, ...command]
  const [program, ...rest] = whole
  return [program ?? '', rest]
}

/** Whether a process can be kept to a core. Linux only; elsewhere one-core figures are left out. */
export const canPin = (): boolean => spawnSync('taskset', ['--version']).status === 0
