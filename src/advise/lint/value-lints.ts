import type { Issue } from '../../base/issue.ts'
import type { Leaf } from '../../sigma/plan/plan.ts'
import { onceEach, type RuleLint, textsIn } from './lint-context.ts'
import { OBJECT_KEYS } from './object-keys.ts'
import type { Use } from './uses.ts'

/** Values in a form that their field never has, and stars that match anything. */
export const valueLints: RuleLint = ({ uses }) =>
  onceEach(uses.flatMap((use) => [...misplaced(use), ...stars(use)]))

/** A form of a value that looks right and never comes. */
interface Misplaced {
  readonly field: RegExp
  readonly is: (text: string) => boolean
  readonly instead: string
}

const RESOURCE = /^(?:objectRef|request)\.resource$/

const MISPLACED: readonly Misplaced[] = [
  {
    field: /^objectRef\.resource$/,
    is: (text) => text.includes('/'),
    instead: 'the subresource stands in objectRef.subresource; request.resource has both',
  },
  {
    field: RESOURCE,
    is: (text) => !OBJECT_KEYS.has(text) && pluralsOf(text).some((name) => OBJECT_KEYS.has(name)),
    instead: 'resources are in the plural',
  },
  {
    field: /^objectRef\.apiGroup$/,
    is: (text) => text === '' || text === 'core' || text === 'v1',
    instead: "the core group is absent there; in request.apiGroup it is ''",
  },
  {
    field: /^request\.apiGroup$/,
    is: (text) => text === 'core' || text === 'v1',
    instead: "the core group is ''",
  },
  {
    field: /^(?:objectRef|request)\.apiGroup$/,
    is: (text) => text.includes('/'),
    instead: 'the version stands in objectRef.apiVersion',
  },
  {
    field: /^(?:actor\.serviceAccount|actor\.namespace|pod\.serviceAccountName)$/,
    is: (text) => text.includes(':'),
    instead: 'it is the name alone; actor.name is the whole',
  },
  {
    field: /\.capabilities(?:Added|Dropped)$/,
    is: (text) => text.startsWith('cap_'),
    instead: 'capabilities stand without CAP_',
  },
  {
    field: /^pod\.volumes\[\]\.hostPath$/,
    is: (text) => text.length > 1 && text.endsWith('/'),
    instead: 'paths are cleaned and have no / at the end',
  },
]

const misplaced = ({ leaf }: Use): readonly Issue[] => {
  const { field, test, place: at } = leaf
  // Of patterns and parts, one may well fit what is meant.
  if (test.kind !== 'equals') return []
  return MISPLACED.filter((row) => row.field.test(field)).flatMap(({ is, instead }) =>
    textsIn(leaf)
      .filter(is)
      .map((text) => {
        const message = `${field} is never "${text}": ${instead}`
        return { code: 'lint/misplaced-value', message, at }
      }),
  )
}

const pluralsOf = (text: string): readonly string[] => [
  `${text}s`,
  `${text}es`,
  `${text.replace(/y$/, '')}ies`,
]

const GRANTS = /(?:^grant\.rules\[\]|^(?:request|response)Object\.rules)\.\w+$/

/** In a role a star is a right; in Sigma it is a wildcard. */
const stars = ({ leaf }: Use): readonly Issue[] => {
  if (!GRANTS.test(leaf.field) || !isAllWild(leaf)) return []
  const message = `* stands for anything, so that any value of ${leaf.field} fits: write \\* for a star`
  return [{ code: 'lint/star-is-wildcard', message, at: leaf.place }]
}

/** `*`, or `*` and `/` alone: what is between two stars is a part of the text. */
const isAllWild = ({ test }: Leaf): boolean => {
  if (test.kind === 'contains') return test.text === '/'
  return test.kind === 'like' && test.pattern.every((part) => part === 'any')
}
