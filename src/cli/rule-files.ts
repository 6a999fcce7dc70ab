import { createReadStream, existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LIMIT } from '../base/limit.ts'
import { CommandError, codeOf, EXIT } from './shell.ts'

/** A rule file's content and the name to show for it. */
export interface RuleFile {
  readonly file: string
  readonly text: string
}

/** A file of cases, and the file of the rules beside it. */
export interface CaseFileText extends RuleFile {
  readonly rules: string
}

/** The shipped rules and those of the paths; a file equal to a shipped one counts once. */
export const allRules = async (paths: readonly string[]): Promise<readonly RuleFile[]> => {
  const shipped = await shippedRules()
  const known = new Set(shipped.map((file) => file.text))
  return [...shipped, ...(await readRules(paths)).filter((file) => !known.has(file.text))]
}

/** The shipped rules and those of the paths that the files do not hold: they may be named. */
export const otherRules = async (
  files: readonly RuleFile[],
  paths: readonly string[] = [],
): Promise<readonly RuleFile[]> => {
  const known = new Set(files.map((file) => file.text))
  return (await allRules(paths)).filter((file) => !known.has(file.text))
}

/**
 * The same for what only has to know the rules that those files name: most files name none, and
 * then there is nothing to load.
 */
export const namedRules = async (
  files: readonly RuleFile[],
  paths: readonly string[] = [],
): Promise<readonly RuleFile[]> =>
  paths.length > 0 || files.some(({ text }) => NAMES_OTHERS.test(text))
    ? otherRules(files, paths)
    : []

/** A correlation or a filter; that a comment says so costs no more than time. */
const NAMES_OTHERS = /(^|[{\s"'])(correlation|filter)["']?\s*:/

/** Rules of files and folders, `.cases.yaml` files left out. What cannot be read is an error. */
export const readRules = async (paths: readonly string[]): Promise<readonly RuleFile[]> => {
  const found = await Promise.all(paths.map(ruleFilesAt))
  return Promise.all(
    found.flat().map(async (file) => ({ file, text: await readText(file, LIMIT.yamlBytesMax) })),
  )
}

/** The cases beside the rules (NAME.cases.yaml), where there are any. */
export const readCasesOf = async (files: readonly RuleFile[]): Promise<readonly CaseFileText[]> => {
  const found = await Promise.all(
    files.map(async ({ file: rules }) => {
      const file = rules.replace(/\.(ya?ml)$/, '.cases.$1')
      const path = [placeOfShipped(file), file].find(
        (place) => place !== undefined && existsSync(place),
      )
      if (path === undefined) return []
      return [{ rules, file, text: await readText(path, LIMIT.yamlBytesMax) }]
    }),
  )
  return found.flat()
}

/** Lists of files and folders: `.txt` with a value a line, `.yaml` with a map of them. */
export const readLists = async (paths: readonly string[]): Promise<readonly RuleFile[]> => {
  const found = await Promise.all(paths.map((path) => filesAt(path, /\.(txt|ya?ml)$/)))
  return Promise.all(
    found.flat().map(async (file) => ({ file, text: await readText(file, LIMIT.yamlBytesMax) })),
  )
}

/** The text of a file that the user named. Too large or unreadable is bad input. */
export const readText = async (file: string, bytesMax: number): Promise<string> => {
  try {
    const chunks: Buffer[] = []
    let size = 0
    // A pipe or a device does not say beforehand how much there is.
    for await (const chunk of createReadStream(file, { end: bytesMax })) {
      chunks.push(chunk)
      size += chunk.length
    }
    if (size <= bytesMax) return Buffer.concat(chunks).toString('utf8')
    throw new CommandError(
      EXIT.badInput,
      `${file} is larger than ${bytesMax} bytes`,
      'split it, or name another file',
    )
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw unreadable(file, error)
  }
}

// Both src/cli and dist/cli lie two folders below the package.
const SHIPPED = new URL('../../content/rules/', import.meta.url)

const SHIPPED_AS = join('content', 'rules')

/** Where a shipped file lies, which is named by its path in the package. */
const placeOfShipped = (file: string): string | undefined =>
  file.startsWith(`${SHIPPED_AS}${sep}`)
    ? join(fileURLToPath(SHIPPED), file.slice(SHIPPED_AS.length))
    : undefined

/** The rules that come with deckwatch, named by their path in the package. */
async function shippedRules(): Promise<readonly RuleFile[]> {
  const folder = fileURLToPath(SHIPPED)
  const files = await rulePaths(folder)
  return Promise.all(
    files.map(async (file) => ({
      file: join(SHIPPED_AS, file.slice(folder.length)),
      text: await readFile(file, 'utf8'),
    })),
  )
}

async function ruleFilesAt(path: string): Promise<readonly string[]> {
  try {
    // Who names the cases means the rule beside them.
    if (!(await stat(path)).isDirectory()) return [path.replace(/\.cases(\.ya?ml)$/, '$1')]
    const files = await rulePaths(path)
    if (files.length > 0) return files
    throw new CommandError(
      EXIT.badInput,
      `${path} holds no rule`,
      'name a folder with files that end in .yaml or .yml',
    )
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw unreadable(path, error)
  }
}

async function filesAt(path: string, pattern: RegExp): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    return await filesIn(path, (name) => pattern.test(name))
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw unreadable(path, error)
  }
}

const rulePaths = (folder: string): Promise<readonly string[]> =>
  filesIn(folder, (name) => /\.ya?ml$/.test(name) && !/\.cases\.ya?ml$/.test(name))

/** What a pipe in a folder has to say might never come: it is an error, and is not waited for. */
async function filesIn(
  folder: string,
  isWanted: (name: string) => boolean,
): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true })
  const paths = names
    .filter(isWanted)
    .sort()
    .map((name) => join(folder, name))
  const found = await Promise.all(
    paths.map(async (path) => ({
      path,
      stats: await stat(path).catch((error) => {
        throw unreadable(path, error)
      }),
    })),
  )
  const files = found.filter(({ stats }) => !stats.isDirectory())
  const odd = files.find(({ stats }) => !stats.isFile())
  if (odd === undefined) return files.map(({ path }) => path)
  throw new CommandError(
    EXIT.badInput,
    `${odd.path} is no file`,
    'remove it from the folder, or name it by itself',
  )
}

const unreadable = (path: string, error: unknown): CommandError =>
  new CommandError(
    EXIT.badInput,
    `${path} cannot be read${codeOf(error)}`,
    'check that it exists and that you may read it',
    error,
  )
