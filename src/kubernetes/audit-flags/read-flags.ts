import type { Place } from '../../base/issue.ts'
import { type Lines, linesOf, linesOfText } from '../audit-policy/load/lines.ts'
import { readJson } from '../audit-policy/load/read-json.ts'
import { isJson, textOf } from '../audit-policy/load/text-of.ts'
import { type MapValue, type Member, Unreadable, type Value } from '../audit-policy/load/value.ts'
import { decodeText } from '../audit-policy/load/yaml/decode-text.ts'
import { parseYaml } from '../audit-policy/load/yaml/parse.ts'
import { toValue } from '../audit-policy/load/yaml/to-value.ts'

/** A flag as it is given to an API server; `name` without dashes. */
export interface GivenFlag {
  readonly name: string
  readonly value: string
  readonly at: Place
}

/** A folder or file of the host that the container of an API server sees. */
export interface Mount {
  readonly path: string
  readonly readOnly: boolean
}

/** What kind of file or text flags were found in. */
export type FlagForm = 'arguments' | 'pod' | 'kubeadm' | 'k3s' | 'kops' | 'talos'

/** The flags about audit that were found. */
export interface FoundFlags {
  readonly form: FlagForm
  readonly flags: readonly GivenFlag[]
  /** Of a pod: what it sees of the host. */
  readonly mounts: readonly Mount[] | undefined
  /** Which release runs, where it is said. */
  readonly release: FoundRelease | undefined
}

/** The release of an API server, as a file says it: by a field, or by the tag of an image. */
export interface FoundRelease {
  /** The N of Kubernetes 1.N. */
  readonly minor: number
  readonly at: Place
}

/**
 * The flags about audit in a file: a manifest of a pod, the configuration of kubeadm, k3s, RKE2,
 * kOps or Talos, or a command line (of a process, a unit or a script). A text: why there are none.
 */
export const readFlags = (bytes: Uint8Array, file: string): FoundFlags | string => {
  const text = textOf(bytes)
  const asText = wordsOf(text)
  const isLine = /(^|[\s/"'])(kube-)?apiserver["'\s]|^\s*--?audit/m.test(text.replaceAll('\0', ' '))
  try {
    for (const document of documentsIn(text, file)) {
      const found = foundIn(document)
      if (found !== undefined) return found
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    if (!isLine) return `neither YAML nor a command line: ${error.message}`
  }
  if (!isLine) return 'neither a command line nor a configuration of kube-apiserver'
  return { form: 'arguments', flags: flagsOfWords(asText, { file }), ...NOT_SAID }
}

/** The flags about audit among the words of a command line. */
export const flagsOfWords = (words: readonly string[], at: Place): readonly GivenFlag[] =>
  words.flatMap((word, index) => {
    const [, name = '', value] = /^--?(audit[-_][\w-]+)(?:=(.*))?$/s.exec(word) ?? []
    if (name === '') return []
    const next = words[index + 1]
    const given = value ?? (next === undefined || next.startsWith('-') ? 'true' : next)
    return [{ name: name.replaceAll('_', '-'), value: given, at }]
  })

/** Words of a command line: of a process they end in NUL, else in white space outside quotes. */
const wordsOf = (text: string): readonly string[] => {
  if (text.includes('\0')) return text.split('\0')
  const pieces = text.replace(/\\\r?\n/g, ' ').match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  return pieces.map((piece) => piece.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}

const NOT_SAID = { mounts: undefined, release: undefined } as const

interface Document {
  readonly root: MapValue
  readonly lines: Lines
}

/** The maps of a file, document by document: each keeps the lines of the file. */
const documentsIn = (text: string, file: string): readonly Document[] => {
  if (isJson(text)) {
    const root = readJson(text)
    return root.kind === 'map' ? [{ root, lines: linesOfText(text, file) }] : []
  }
  const found: Document[] = []
  let before = ''
  for (const piece of text.split(/^(?=---(?:\s|$))/m).slice(0, DOCUMENTS_MAX)) {
    const decoded = decodeText(Buffer.from(`${before}${piece}`))
    const node = parseYaml(decoded)
    const root = node === undefined ? undefined : toValue(node).value
    if (root?.kind === 'map') found.push({ root, lines: linesOf(decoded.characters, file) })
    before += piece.replace(/[^\n]/g, '')
  }
  return found
}

/** kubeadm writes a handful into one file. */
const DOCUMENTS_MAX = 100

/** Looks into a document in each of the forms that are known. */
const foundIn = (document: Document): FoundFlags | undefined => {
  const { root } = document
  const kind = textAt(root, ['kind'])
  if (kind === 'ClusterConfiguration') {
    const flags = argumentsAt(document, ['apiServer', 'extraArgs'])
    const release = releaseAt(document, at(root, ['kubernetesVersion']), A_VERSION)
    return { form: 'kubeadm', flags, mounts: undefined, release }
  }
  if (at(root, ['spec', 'kubeAPIServer']) !== undefined) {
    const release = releaseAt(document, at(root, ['spec', 'kubernetesVersion']), A_VERSION)
    return { form: 'kops', flags: kopsFlags(document), mounts: undefined, release }
  }
  if (at(root, ['cluster', 'apiServer']) !== undefined) {
    const flags = argumentsAt(document, ['cluster', 'apiServer', 'extraArgs'])
    const release = releaseAt(document, at(root, ['cluster', 'apiServer', 'image']), AN_IMAGE)
    return { form: 'talos', flags, mounts: undefined, release }
  }
  const pod =
    at(root, ['spec', 'containers']) ?? at(root, ['spec', 'template', 'spec', 'containers'])
  if (pod?.kind === 'list') return podFlags(document, pod.items)
  return rancherFlags(document)
}

/** `kube-apiserver-arg: [name=value]`, and the policy, which RKE2 has a key for. */
const rancherFlags = ({ root, lines }: Document): FoundFlags | undefined => {
  const found = ['kube-apiserver-arg', 'kube-apiserver-arg+'].map((key) => at(root, [key]))
  const listed = found.flatMap((value) => itemsOf(value))
  const own = memberAt(root, 'audit-policy-file')
  if (listed.length === 0 && own === undefined) return undefined
  const flags = listed.flatMap((item) => {
    const text = scalarText(item) ?? ''
    return flagsOfWords([text.startsWith('-') ? text : `--${text}`], lines.placeOf(item.at))
  })
  const value = scalarText(own?.value)
  const policy =
    own === undefined || value === undefined
      ? []
      : [{ name: own.key, value, at: lines.placeOf(own.keyAt) }]
  return { form: 'k3s', flags: [...policy, ...flags], ...NOT_SAID }
}

/** `v1.34.2`, `1.34.2`, and the labels that kubeadm takes: `stable-1.34`. */
const A_VERSION = /^(?:stable-|latest-)?v?1\.(\d{1,3})(?:[.+-].*)?$/
/** The tag of an image, which may have a digest behind it: `…/kube-apiserver:v1.34.2`. */
const AN_IMAGE = /:v1\.(\d{1,3})\.\d+(?:[-_.+][\w.-]*)?(?:@.*)?$/

const releaseAt = (
  { lines }: Document,
  value: Value | undefined,
  pattern: RegExp,
): FoundRelease | undefined => {
  const minor = pattern.exec(scalarText(value) ?? '')?.[1]
  if (value === undefined || minor === undefined) return undefined
  return { minor: Number(minor), at: lines.placeOf(value.at) }
}

/** The container that runs the API server; if none says so, all of them. */
const podFlags = (document: Document, containers: readonly Value[]): FoundFlags | undefined => {
  const { lines } = document
  const wordsIn = (container: Value): readonly Value[] =>
    ['command', 'args'].flatMap((key) => itemsOf(at(container, [key])))
  const isServer = (container: Value): boolean =>
    wordsIn(container).some((word) => /apiserver/.test(scalarText(word) ?? '')) ||
    /apiserver/.test(textAt(container, ['name']) ?? '')
  const container = containers.find(isServer)
  if (container === undefined) return undefined
  const words = wordsIn(container).flatMap((word) => {
    const text = scalarText(word) ?? ''
    // A line for a shell holds many words.
    const isLine = /\s--/.test(text)
    return (isLine ? wordsOf(text) : [text]).map((one) => ({ text: one, at: word.at }))
  })
  const texts = words.map(({ text }) => text)
  const flags = words.flatMap(({ at: place }, index) =>
    flagsOfWords(texts.slice(index, index + 2), lines.placeOf(place)).slice(
      0,
      startsFlag(texts[index]),
    ),
  )
  const release = releaseAt(document, at(container, ['image']), AN_IMAGE)
  return { form: 'pod', flags, mounts: mountsOf(container), release }
}

const startsFlag = (word: string | undefined): number => (/^--?audit[-_]/.test(word ?? '') ? 1 : 0)

const mountsOf = (container: Value): readonly Mount[] =>
  itemsOf(at(container, ['volumeMounts'])).map((mount) => {
    const readOnly = at(mount, ['readOnly'])
    return {
      path: textAt(mount, ['mountPath']) ?? '',
      readOnly: readOnly?.kind === 'boolean' && readOnly.is,
    }
  })

/** Arguments as a map of names to values, or as a list of both. */
const argumentsAt = ({ root, lines }: Document, path: readonly string[]): readonly GivenFlag[] => {
  const found = at(root, path)
  if (found?.kind === 'map') {
    return found.members.flatMap(({ key, keyAt, value }) =>
      flagsOfWords([`--${key}=${scalarText(value) ?? ''}`], lines.placeOf(keyAt)),
    )
  }
  return itemsOf(found).flatMap((item) => {
    const word = `--${textAt(item, ['name'])}=${scalarText(at(item, ['value'])) ?? ''}`
    return flagsOfWords([word], lines.placeOf(item.at))
  })
}

/** kOps has a field for each flag, named alike. */
const kopsFlags = ({ root, lines }: Document): readonly GivenFlag[] => {
  const found = at(root, ['spec', 'kubeAPIServer'])
  if (found?.kind !== 'map') return []
  return found.members.flatMap(({ key, keyAt, value }) => {
    const name =
      KOPS_FLAGS.get(key) ?? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    return flagsOfWords([`--${name}=${scalarText(value) ?? ''}`], lines.placeOf(keyAt))
  })
}

/** Fields whose flag is not spelt like them. */
const KOPS_FLAGS: ReadonlyMap<string, string> = new Map([
  ['auditLogMaxAge', 'audit-log-maxage'],
  ['auditLogMaxBackups', 'audit-log-maxbackup'],
  ['auditLogMaxSize', 'audit-log-maxsize'],
])

const memberAt = (value: Value | undefined, key: string): Member | undefined =>
  value?.kind === 'map' ? value.members.findLast((member) => member.key === key) : undefined

const at = (value: Value, path: readonly string[]): Value | undefined =>
  path.reduce<Value | undefined>((inner, key) => memberAt(inner, key)?.value, value)

const itemsOf = (value: Value | undefined): readonly Value[] => {
  if (value?.kind === 'list') return value.items
  return value?.kind === 'text' ? [value] : []
}

const textAt = (value: Value, path: readonly string[]): string | undefined =>
  scalarText(at(value, path))

const scalarText = (value: Value | undefined): string | undefined => {
  if (value?.kind === 'text' || value?.kind === 'number') return value.text
  return value?.kind === 'boolean' ? String(value.is) : undefined
}
