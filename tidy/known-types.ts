// `node tidy/known-types.ts FOLDER`: writes the table of Kubernetes' own types from the OpenAPI
// documents of its releases. FOLDER keeps the documents (4 MB each); those that are not there are
// taken out of the modules k8s.io/kubernetes of the Go proxy, one after the other. Needs Go and the
// network, so no test runs it.
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './files.ts'

/** The releases that are read: the last of each minor, or the newest when this was run. */
const RELEASES = [
  ...['1.25.16', '1.26.15', '1.27.16', '1.28.15', '1.29.15', '1.30.14', '1.31.14'],
  ...['1.32.13', '1.33.13', '1.34.4', '1.35.4', '1.36.3', '1.37.1'],
]

/** What one release says of a resource or subresource. */
interface Served {
  namespaced: boolean
  readonly verbs: Set<string>
  readonly minors: Set<number>
}

/** By `group resource` or `group resource/subresource`. */
type Table = Map<string, Served>

const main = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  const table: Table = new Map()
  for (const release of RELEASES) {
    const file = join(folder, `${release}.json`)
    if (!existsSync(file)) download(release, file)
    addRelease(table, minorOf(release), JSON.parse(readFileSync(file, 'utf8')))
    console.log(`${release}: ${table.size}`)
  }
  writeFileSync(`${ROOT}src/kubernetes/known-types/built-in-types.ts`, toText(table))
}

const minorOf = (release: string): number => Number(release.split('.')[1])

/** A module cache of its own, so that nothing of 100 MB stays. */
const download = (release: string, file: string): void => {
  const cache = mkdtempSync(join(tmpdir(), 'known-types-'))
  const env = { ...process.env, GOMODCACHE: cache, GOFLAGS: '-modcacherw' }
  writeFileSync(join(cache, 'go.mod'), 'module known-types\n')
  try {
    const module = `k8s.io/kubernetes@v${release}`
    const said = execFileSync('go', ['mod', 'download', '-json', module], { cwd: cache, env })
    const { Dir } = JSON.parse(said.toString()) as { Dir: string }
    copyFileSync(join(Dir, 'api/openapi-spec/swagger.json'), file)
  } finally {
    rmSync(cache, { recursive: true, force: true })
  }
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options']

const addRelease = (table: Table, minor: number, { paths }: OpenApi): void => {
  for (const [path, item] of Object.entries(paths)) {
    const [, group = '', rest] =
      /^\/(?:api|apis\/([^/]+))\/v[0-9][^/]*\/(?!watch\/)(.+)$/.exec(path) ?? []
    if (rest === undefined) continue
    const [, scope, resource = '', subresource] =
      /^(namespaces\/\{namespace\}\/)?([^/{]+)(?:\/\{name\}(?:\/([^/{]+))?)?/.exec(rest) ?? []
    const key = `${group} ${resource}${subresource === undefined ? '' : `/${subresource}`}`
    const served = table.get(key) ?? { namespaced: false, verbs: new Set(), minors: new Set() }
    table.set(key, served)
    served.namespaced ||= scope !== undefined
    served.minors.add(minor)
    for (const method of METHODS) {
      const verb = verbOf(method, item[method])
      if (verb !== undefined) served.verbs.add(verb)
    }
    if (served.verbs.has('list')) served.verbs.add('watch')
  }
}

/** The verb of the audit log: connections go by their method. */
const verbOf = (method: string, operation: unknown): string | undefined => {
  if (operation === undefined) return undefined
  const action = (operation as Record<string, unknown>)['x-kubernetes-action']
  if (action === 'list' || action === 'deletecollection') return action
  return { get: 'get', post: 'create', put: 'update', patch: 'patch', delete: 'delete' }[method]
}

const NUMBERS = RELEASES.map(minorOf)
const [FIRST = 0, LAST = 0] = [NUMBERS[0], NUMBERS.at(-1)]

const HEAD = `/**
 * Every resource and subresource of Kubernetes 1.${FIRST} to 1.${LAST} by group, as \`parseType\` reads them. (A
 * table of data.) Written by \`node tidy/known-types.ts\` from api/openapi-spec/swagger.json of
 * k8s.io/kubernetes (Apache-2.0) ${RELEASES.slice(0, 6).join(', ')},
 * ${RELEASES.slice(6).join(', ')}.
 */
export const BUILT_IN_TYPES: Readonly<Record<string, readonly string[]>> = {
`

const toText = (table: Table): string => {
  const groups = [...new Set([...table.keys()].map((key) => key.split(' ')[0] ?? ''))].sort()
  const rowsOf = (group: string): string =>
    [...table]
      .filter(([key]) => key.startsWith(`${group} `))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, served]) => `    '${rowOf(key.slice(group.length + 1), served)}',\n`)
      .join('')
  const parts = groups.map((group) => `  '${group}': [\n${rowsOf(group)}  ],\n`)
  return `${HEAD}${parts.join('')}}\n`
}

const rowOf = (name: string, served: Served): string =>
  [name, served.namespaced ? 'namespaced' : 'cluster', verbsOf(served), spanOf(served)]
    .filter((word) => word !== '')
    .join(' ')

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']

const verbsOf = ({ verbs }: Served): string =>
  verbs.size === VERBS.length ? 'all' : VERBS.filter((verb) => verbs.has(verb)).join()

/** The minors that have it, such as `28-30` or `28-`; nothing when all have. */
const spanOf = ({ minors }: Served): string => {
  const [first, last] = [Math.min(...minors), Math.max(...minors)]
  if (first === FIRST && last === LAST) return ''
  return last === LAST ? `${first}-` : `${first}-${last}`
}

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: node tidy/known-types.ts FOLDER')
main(folder)
