import { dirname, join, normalize } from 'node:path/posix'
import { isTest, type SourceFile } from './files.ts'
import { LAYERS, PACKAGES, PURE, PURE_MODULES } from './layers.ts'
import { type ImportOf, importsOf, lineAt, longFunctions } from './scan.ts'

/** The bounds of STYLE.md §9. */
export const SIZE = { functionLines: 60, fileLines: 500, lineColumns: 100 } as const

/** A check of source files: what it finds wrong, one sentence each, beginning with `path:line`. */
export type Check = (files: readonly SourceFile[]) => readonly string[]

/** Imports that the layer table does not allow. */
export const layerFaults: Check = (files) =>
  files
    .filter((file) => file.path.startsWith('src/'))
    .flatMap((file) =>
      relativeImports(file).flatMap(({ path, line }) => {
        const from = folderOf(file.path)
        const to = folderOf(path)
        const allowed = LAYERS[from] ?? []
        if (from === to || allowed.includes(to)) return []
        return [`${file.path}:${line} imports ${path}: ${from} may not use ${to}`]
      }),
    )

/** Folders of `src` that the layer table does not know. */
export const unknownFolders: Check = (files) => {
  const used = files.filter((file) => file.path.startsWith('src/')).map((f) => folderOf(f.path))
  return [...new Set(used)]
    .filter((folder) => !(folder in LAYERS))
    .map((folder) => `src/${folder} is not in tidy/layers.ts`)
}

/** Packages used where the table of packages does not allow it. Tests may use all of it. */
export const packageFaults: Check = (files) =>
  files
    .filter((file) => file.path.startsWith('src/'))
    .flatMap((file) =>
      importsOf(file.scanned).flatMap(({ specifier, line }) => {
        if (specifier.startsWith('.') || specifier.startsWith('node:')) return []
        const allowed = PACKAGES[packageOf(specifier)]
        if (allowed !== undefined && isTest(file.path)) return []
        if (allowed?.includes(folderOf(file.path)) === true) return []
        return [`${file.path}:${line} imports the package ${specifier}`]
      }),
    )

/** Files that need each other to load; each circle once. An import on demand closes no circle. */
export const cycles: Check = (files) => {
  const needs = (file: SourceFile): readonly string[] =>
    relativeImports(file).flatMap(({ path, dynamic }) => (dynamic ? [] : [path]))
  const graph = new Map(files.map((file) => [file.path, needs(file)]))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    if (trail.includes(path) || done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return found
}

/** Files, functions and lines over their size. */
export const sizeFaults: Check = (files) => files.flatMap((file) => sizesOf(file))

/** The clock, randomness, the environment, the disk and the network in pure folders. */
export const purityFaults: Check = (files) =>
  files
    .filter((file) => PURE.includes(folderOf(file.path)) && !isTest(file.path))
    .flatMap((file) => [
      ...matches(file, IMPURE, (what) => `${what} in a pure folder`),
      ...importsOf(file.scanned)
        .filter(({ specifier }) => specifier.startsWith('node:'))
        .filter(({ specifier }) => !PURE_MODULES.includes(specifier))
        .map(({ specifier, line }) => `${file.path}:${line} ${specifier} in a pure folder`),
    ])

/** `any` as a type outside of decode, and things that STYLE.md bans everywhere. */
export const languageFaults: Check = (files) =>
  files.flatMap((file) => [
    ...(file.path.startsWith('src/decode/') ? [] : matches(file, ANY, () => '`any`')),
    ...(file.path.endsWith('vitest.config.ts')
      ? []
      : matches(file, /\bexport\s+default\b/g, () => 'a default export')),
    ...matches(file, /\bexport\s*\*/g, () => 'a barrel (`export *`)'),
    ...matches(file, /\bnew\s+Function\b|(?<![.\w])eval\s*\(/g, (what) => `\`${what}\``),
    ...matches(file, /\bcatch\s*(?:\([^)]*\))?\s*\{\s*\}/g, () => 'an empty catch'),
  ])

/** Exports without a doc comment. Exports on neighbouring lines share the one above them. */
export const commentFaults: Check = (files) =>
  files
    .filter((file) => !isTest(file.path) && file.path.startsWith('src/'))
    .flatMap((file) =>
      [...file.scanned.code.matchAll(/^export\s+(?!\{|type\s+\{|\*)[^\n]*/gm)]
        .filter((found) => !/(?:\*\/\s*|\nexport .*\n)$/.test(file.text.slice(0, found.index)))
        .map((found) => lineAt(file.text, found.index))
        .map((line) => `${file.path}:${line} exports without a doc comment`),
    )

const IMPURE =
  /\bDate\.now\b|\bnew\s+Date\s*\(\s*\)|\bDate\s*\(\s*\)|\bperformance\.now\b|\bMath\.random\b|\bprocess\.\w+|\brandom(?:Bytes|UUID|Int|FillSync)\b|\bset(?:Timeout|Interval|Immediate)\b|(?<![.\w])fetch\s*\(|\bawait\b|\basync\b/g

const ANY = /(?:[:<,|&]|\bas|=>)\s*any\b(?!\s*[:(.])|\bany\[\]/g

/** `base` of `src/base/issue.ts`; `main.ts` of `src/main.ts`. */
function folderOf(path: string): string {
  return path.split('/')[1] ?? ''
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function relativeImports(file: SourceFile): readonly (ImportOf & { path: string })[] {
  return importsOf(file.scanned)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map((found) => ({ ...found, path: normalize(join(dirname(file.path), found.specifier)) }))
}

function matches(file: SourceFile, pattern: RegExp, say: (what: string) => string): string[] {
  return [...file.scanned.code.matchAll(pattern)].map(
    (found) => `${file.path}:${lineAt(file.text, found.index)} ${say(found[0].trim())}`,
  )
}

/** A table of data may be long when it says that it is one. */
function sizesOf(file: SourceFile): string[] {
  const lines = file.text.split('\n')
  const isTable = /table of data: exempt/i.test(file.text)
  const faults: string[] = []
  if (lines.length - 1 > SIZE.fileLines && !isTable) {
    faults.push(`${file.path} has ${lines.length - 1} lines`)
  }
  for (const span of longFunctions(file.scanned, SIZE.functionLines)) {
    faults.push(`${file.path}:${span.line} a function of ${span.lines} lines`)
  }
  const code = file.scanned.code.split('\n')
  const bare = file.scanned.withoutComments.split('\n')
  for (const [index, line] of lines.entries()) {
    if (line.length <= SIZE.lineColumns) continue
    if (isLongText(code[index] ?? '', bare[index] ?? '')) continue
    faults.push(`${file.path}:${index + 1} has ${line.length} columns`)
  }
  return faults
}

/** Whether a line is long only because a text in it would have to be cut in two. */
function isLongText(code: string, withoutComments: string): boolean {
  return (
    withoutComments.trimEnd().length > SIZE.lineColumns &&
    code.replace(/\s+/g, ' ').length <= SIZE.lineColumns
  )
}
