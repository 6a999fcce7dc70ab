import type { Member, Node } from './json-tree.ts'

/** What an object is known to be from outside: items of a list of Secrets do not say `kind`. */
export type Context = 'secret' | 'config' | 'other'

/** What an object is by its own kind, or else by what is around it. */
export const kindContext = (kind: string, outer: Context): Context => {
  // What was sent to `secrets` is a Secret, whatever kind it says it is.
  if (kind === 'Secret' || kind === 'SecretList' || outer === 'secret') return 'secret'
  return kind === 'ConfigMap' || kind === 'ConfigMapList' || outer === 'config' ? 'config' : 'other'
}

/** What a request was about: the resource and its group, which is empty for the core. */
export const resourceContext = (resource: unknown, group: unknown): Context => {
  if (group !== undefined && group !== '') return 'other'
  if (resource === 'secrets') return 'secret'
  return resource === 'configmaps' ? 'config' : 'other'
}

/** Members of an event that are, or quote, the object that it is about. */
export interface Bodies {
  readonly context: Context
  /** `text`: a body that may be JSON as text; `status`: what has a message. */
  readonly names: ReadonlyMap<string, 'body' | 'text' | 'status'>
}

/** How a tree is read. */
interface TreeReader {
  /** The text of a string, and else the empty text. */
  text(node: Node | undefined): string
  /** The members of an object, opened for it where need be; of anything else none. */
  members(node: Node): readonly Member[]
}

/**
 * The bodies of an event about a Secret or a ConfigMap, in any shape that an event comes in;
 * undefined for any other object.
 */
export const bodiesOf = (members: readonly Member[], tree: TreeReader): Bodies | undefined => {
  for (const { name, value } of members) {
    const shape = SHAPES.get(name)
    const context = shape?.context(value, members, tree) ?? 'other'
    if (shape !== undefined && context !== 'other') return { context, names: shape.names }
  }
  return undefined
}

interface EventShape {
  readonly context: (node: Node, members: readonly Member[], tree: TreeReader) => Context
  readonly names: Bodies['names']
}

const memberOf = (members: readonly Member[], name: string): Node | undefined =>
  members.findLast((one) => one.name === name)?.value

const ofReference = (node: Node, group: string, { members, text }: TreeReader): Context => {
  const all = members(node)
  return resourceContext(text(memberOf(all, 'resource')), text(memberOf(all, group)))
}

/** By the member that says what an event is about. */
const SHAPES: ReadonlyMap<string, EventShape> = new Map<string, EventShape>([
  [
    'objectRef',
    {
      context: (node, _, tree) => ofReference(node, 'apiGroup', tree),
      names: new Map([
        ['requestObject', 'body'],
        ['responseObject', 'body'],
        ['responseStatus', 'status'],
      ]),
    },
  ],
  [
    'ObjectRef',
    {
      context: (node, _, tree) => columnContext(node, tree),
      names: new Map([
        ['RequestObject', 'text'],
        ['ResponseObject', 'text'],
        ['ResponseStatus', 'text'],
      ]),
    },
  ],
  [
    'methodName',
    {
      context: (node, members, { text }) =>
        methodContext(text(node), text(memberOf(members, 'resourceName'))),
      names: new Map([
        ['request', 'body'],
        ['response', 'body'],
        ['status', 'status'],
      ]),
    },
  ],
  [
    'resource',
    {
      context: (node, members, tree) =>
        ofReference(memberOf(members, 'requestResource') ?? node, 'group', tree),
      names: new Map([
        ['object', 'body'],
        ['oldObject', 'body'],
      ]),
    },
  ],
])

/** A column of Log Analytics: an object, or JSON as text. */
function columnContext(node: Node, tree: TreeReader): Context {
  if (node.kind !== 'string') return ofReference(node, 'apiGroup', tree)
  let value: unknown
  try {
    value = JSON.parse(tree.text(node))
  } catch {
    return 'other' // No JSON: it names no resource.
  }
  if (typeof value !== 'object' || value === null) return 'other'
  const reference: { readonly resource?: unknown; readonly apiGroup?: unknown } = value
  return resourceContext(reference.resource, reference.apiGroup)
}

/** `io.k8s.core.v1.secrets.patch`, and `core/v1/namespaces/NS/secrets/NAME`. */
function methodContext(method: string, place: string): Context {
  const resource = /\.v[0-9]+(?:(?:alpha|beta)[0-9]+)?\.(secrets|configmaps)\./.exec(method)?.[1]
  const group = place.slice(0, Math.max(0, place.indexOf('/')))
  return resourceContext(resource, group === 'core' ? '' : group)
}
