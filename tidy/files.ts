import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Scanned, scan } from './scan.ts'

/** The folder of the repository, with a slash at its end. */
export const ROOT: string = fileURLToPath(new URL('../', import.meta.url))

/** A source file, read and scanned. */
export interface SourceFile {
  /** Relative to the repository, with slashes. */
  readonly path: string
  readonly text: string
  readonly scanned: Scanned
}

/** Every file that git keeps or would keep: relative paths, sorted. */
export const listFiles = (): readonly string[] => {
  const listed = spawnSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (listed.status !== 0) throw new Error(`git ls-files failed: ${listed.stderr}`)
  const names = listed.stdout.split('\0').filter((name) => name !== '')
  return [...new Set(names)].filter((name) => existsSync(ROOT + name)).sort()
}

/** The text of a file of the repository. */
export const readText = (path: string): string => readFileSync(ROOT + path, 'utf8')

/** Every TypeScript file, scanned. */
export const listSources = (): readonly SourceFile[] =>
  listFiles()
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readText(path)
      return { path, text, scanned: scan(text) }
    })

/** Whether a path is a test or help for tests: such files may touch the world. */
export const isTest = (path: string): boolean =>
  path.endsWith('.test.ts') || path.includes('/testing/')
