import type { Place } from '../../../base/issue.ts'
import { LIMIT } from '../../../base/limit.ts'
import type { LoadedPolicy, PolicyFault, PolicyPath } from '../policy.ts'
import { decodeValue, isObject } from './decode.ts'
import { type Lines, linesOf, linesOfText } from './lines.ts'
import { rawPolicyOf, toPolicy } from './make-policy.ts'
import { readJson } from './read-json.ts'
import { INTERNAL_POLICY, POLICY } from './shapes.ts'
import { isJson } from './text-of.ts'
import { validate } from './validate.ts'
import { type JsonObject, type Member, TooLarge, Unreadable, type Value } from './value.ts'
import { GROUP, type GroupVersionKind, INTERNAL, OTHER_KINDS, versionOf } from './version.ts'
import { decodeText } from './yaml/decode-text.ts'
import { parseYaml } from './yaml/parse.ts'
import { type TwiceSaid, toValue } from './yaml/to-value.ts'

/**
 * What an API server does with the bytes of a policy file. Never throws, whatever the bytes.
 * Upstream: kubernetes/apiserver pkg/audit/policy/reader.go, LoadPolicyFromBytes.
 */
export const loadPolicy = (bytes: Uint8Array, file: string): LoadedPolicy => {
  if (bytes.length > LIMIT.policyBytesMax) {
    return { ...refusal(`larger than ${LIMIT.policyBytesMax} bytes`, { file }), isTooLarge: true }
  }
  const source = isJson(beginningOf(bytes)) ? jsonSource(bytes, file) : yamlSource(bytes, file)
  try {
    return load(source)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const at = source.lines.placeOf(error.at)
    if (error instanceof TooLarge) return { ...refusal(error.message, at), isTooLarge: true }
    return refusal(`failed decoding: ${error.message}`, at)
  }
}

/** As far as the first brace; a mark at the start stays. */
const beginningOf = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, bytes.indexOf(BRACE) + 1))

const BRACE = 0x7b

/** A file, and how its value is read. */
interface Source {
  readonly lines: Lines
  /** The value, and the keys that its maps have twice. */
  read(): { readonly value: Value; readonly twice: readonly TwiceSaid[] }
}

const jsonSource = (bytes: Uint8Array, file: string): Source => {
  const text = new TextDecoder().decode(bytes)
  return { lines: linesOfText(text, file), read: () => ({ value: readJson(text), twice: [] }) }
}

const yamlSource = (bytes: Uint8Array, file: string): Source => {
  const text = decodeText(bytes)
  return {
    lines: linesOf(text.characters, file),
    read: () => {
      const root = parseYaml(text)
      return root === undefined ? { value: { kind: 'null', at: 0 }, twice: [] } : toValue(root)
    },
  }
}

const refusal = (refused: string, at: Place): LoadedPolicy => ({
  policy: undefined,
  metadata: {},
  refused,
  refusedAt: at,
  refusals: [{ message: refused, at, meaning: undefined }],
  isTooLarge: false,
  faults: [],
  warning: undefined,
  placeOf: () => at,
})

function load({ lines, read }: Source): LoadedPolicy {
  const { value, twice } = read()
  const version = versionOf(value)
  refuseOthers(version, value)
  const shape = version.version === INTERNAL ? INTERNAL_POLICY : POLICY
  const { object, faults } = decodeValue(value, shape)
  const all: PolicyFault[] = [
    ...twice.map(({ path, key, valueAt, at }) => ({
      kind: 'duplicate-field' as const,
      path,
      message: `line ${lines.placeOf(valueAt).line}: key ${key} already set in map`,
      at: lines.placeOf(at),
    })),
    ...faults.map((fault) => ({ ...fault, at: lines.placeOf(fault.at) })),
  ]
  return {
    ...(version.version === INTERNAL
      ? refusedWithoutVersion(value, lines)
      : inForce(object, (path) => lines.placeOf(offsetOf(value, path)))),
    faults: all,
    warning: warningOf(all, twice.length),
  }
}

/** Refuses what is no policy. */
function refuseOthers({ group, version, kind }: GroupVersionKind, { at }: Value): void {
  if (version === '') throw new Unreadable("Object 'apiVersion' is missing", at)
  if (group === GROUP && (version === INTERNAL || version === 'v1')) {
    if (kind === 'Policy') return
    if (OTHER_KINDS.has(kind)) {
      const message = `converting (${version}.${kind}) to (audit.Policy): unknown conversion`
      throw new Unreadable(message, at)
    }
  }
  const name = group === '' ? version : `${group}/${version}`
  throw new Unreadable(
    `no kind "${kind}" is registered for version "${name}" in scheme "${SCHEME}"`,
    at,
  )
}

/** What the API server calls the set of types that it knows. */
const SCHEME = 'pkg/runtime/scheme.go:111'

type Answer = Omit<LoadedPolicy, 'faults' | 'warning'>

/** What has no version is read as the API server's own type, which no file may hold. */
function refusedWithoutVersion(value: Value, lines: Lines): Answer {
  const at = lines.placeOf(value.at)
  const message = `unknown group version field ${GROUP}/${INTERNAL}, Kind=Policy in policy`
  const isEmpty = value.kind === 'null' || (value.kind === 'map' && value.members.length === 0)
  const meaning = isEmpty ? 'the file is empty' : `apiVersion must be ${GROUP}/v1`
  return {
    ...refusal(message, at),
    refusals: [{ message, at, meaning }],
    placeOf: (path) => lines.placeOf(offsetOf(value, path)),
  }
}

/** Validates what was decoded. */
function inForce(object: JsonObject, placeOf: (path: PolicyPath) => Place): Answer {
  const policy = rawPolicyOf(object)
  const wrong = validate(policy)
  const none = { message: 'loaded illegal policy with 0 rules', path: ['rules'] }
  const reasons = wrong.length === 0 && policy.rules.length === 0 ? [none] : wrong
  const [first] = reasons
  if (first !== undefined) {
    const messages = reasons.map(({ message }) => message).join(', ')
    return {
      ...refusal(reasons.length === 1 ? messages : `[${messages}]`, placeOf(first.path)),
      refusals: reasons.map(({ message, path }) => ({
        ...{ message, at: placeOf(path), meaning: undefined },
      })),
      placeOf,
    }
  }
  const metadata = isObject(object.metadata) ? object.metadata : {}
  return {
    ...{ policy: toPolicy(policy), metadata, placeOf },
    ...{ refused: undefined, refusedAt: undefined, refusals: [], isTooLarge: false },
  }
}

/** The warning that the API server logs; nothing when nothing is wrong. */
function warningOf(faults: readonly PolicyFault[], twice: number): string | undefined {
  if (faults.length === 0) return undefined
  const messages = faults.map(({ message }) => message)
  const said = [
    ...(twice === 0 ? [] : [['yaml: unmarshal errors:', ...messages.slice(0, twice)].join('\n  ')]),
    ...[...new Set(messages.slice(twice))].slice(0, FAULTS_SAID),
  ]
  return `Audit policy contains errors, falling back to lenient decoding: strict decoding error: ${said.join(', ')}`
}

/** Upstream: kubernetes-sigs/json internal/golang/encoding/json/kubernetes_patch.go. */
const FAULTS_SAID = 100

/** Where what is at a path begins; of what is not there, what it would be in. */
function offsetOf(root: Value, path: PolicyPath): number {
  let value = root
  let at = root.at
  for (const part of path) {
    if (typeof part === 'number') {
      const item = value.kind === 'list' ? value.items[part] : undefined
      if (item === undefined) return at
      value = item
      at = item.at
    } else {
      const member: Member | undefined =
        value.kind === 'map' ? value.members.findLast(({ key }) => key === part) : undefined
      if (member === undefined) return at
      value = member.value
      at = member.keyAt
    }
  }
  return at
}
