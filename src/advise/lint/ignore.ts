import type { Issue, Place } from '../../base/issue.ts'
import type { YamlMap, YamlNode } from '../../sigma/parse/document.ts'

/** A lint that a document sets aside, with the reason. */
export interface Ignored {
  /** A code such as `lint/no-outcome`, or what follows the slash. */
  readonly name: string
  readonly because: string
  readonly place: Place
}

/** Reads what a document says under the key `lint`; entries without a reason are issues. */
export const readIgnored = (
  document: YamlMap,
): { readonly ignored: readonly Ignored[]; readonly issues: readonly Issue[] } => {
  const node = document.entries.get('lint')?.value
  if (node === undefined) return { ignored: [], issues: [] }
  const items = node.kind === 'list' ? node.items : [node]
  const read = items.map((item) => readOne(item) ?? bad(item.place))
  return {
    ignored: read.filter((one) => 'name' in one),
    issues: read.filter((one) => 'code' in one),
  }
}

const readOne = (node: YamlNode): Ignored | undefined => {
  if (node.kind !== 'map') return undefined
  const [name, because] = [textAt(node, 'ignore'), textAt(node, 'because')]
  const isKnown = [...node.entries.keys()].every((key) => key === 'ignore' || key === 'because')
  return name !== '' && because !== '' && isKnown ? { name, because, place: node.place } : undefined
}

const textAt = ({ entries }: YamlMap, key: string): string => {
  const value = entries.get(key)?.value
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value.trim() : ''
}

const bad = (at: Place): Issue => {
  const message = 'an entry of "lint" is a map of ignore (the name of a lint) and because (why)'
  return { code: 'lint/bad-ignore', message, at }
}
