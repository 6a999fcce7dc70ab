import type { Issue } from '../../base/issue.ts'
import { onceEach, type RuleLint, textsIn } from './lint-context.ts'
import type { Use } from './uses.ts'

/** Fields that anyone may forge, names that anyone may choose, and ends taken for beginnings. */
export const trustLints: RuleLint = ({ uses }) =>
  onceEach(uses.flatMap((use) => [...forgeable(use), ...chosenNames(use), ...suffixes(use)]))

/** Fields that say who it is, as the API server established it. */
const ESTABLISHED = /^(?:actor|user|impersonatedUser|peer)\.(?!claimed)/

const forgeable = ({ leaf, trust, speaksFor, company }: Use): readonly Issue[] => {
  if (trust !== 'anyone') return []
  const at = leaf.place
  const name = leaf.field === '' ? 'A keyword' : leaf.field
  if (speaksFor) {
    const message = `${name} is what any client may write: who knows the rule is not found by it`
    return [{ code: 'lint/forgeable-proof', message, at }]
  }
  if (company.some(({ field }) => ESTABLISHED.test(field))) return []
  const message = `${name} excludes, and any client may write it: who does is never found`
  return [{ code: 'lint/forgeable-exclusion', message, at }]
}

const IDENTITIES = new Set(['user.username', 'actor.name', 'impersonatedUser.username'])
const KINDS = /^actor\.(?!name$)|^(?:user|impersonatedUser)\.(?:groups|uid)$/
const IMAGES = /(?:^|[.\]])image$/

/** Exclusions by how somebody or something is called. */
const chosenNames = ({ leaf, speaksFor, company }: Use): readonly Issue[] => {
  const { field, test, place: at } = leaf
  if (speaksFor) return []
  if (IMAGES.test(field) && !textsIn(leaf).every((text) => text.includes('@sha256:'))) {
    const message = `${field} excludes by name: anybody can call an image so`
    return [{ code: 'lint/image-exclusion', message, at }]
  }
  const isPattern = test.kind !== 'equals' && textsIn(leaf).length > 0
  if (!IDENTITIES.has(field) || !isPattern || isReserved(leaf)) return []
  if (company.some((other) => KINDS.test(other.field))) return []
  const message = `${field} excludes by a part of the name: a name can be made that fits`
  return [{ code: 'lint/name-exclusion', message, at }]
}

/** Names that begin so are given by the cluster alone, and never to a person. */
const isReserved = ({ test }: Use['leaf']): boolean =>
  (test.kind === 'startswith' && test.text.startsWith('system:')) ||
  (test.kind === 'regex' && test.source.startsWith('^system:'))

/** What stands at the wrong end of a name. */
const suffixes = ({ leaf }: Use): readonly Issue[] => {
  const { field, test, place: at } = leaf
  if (!IDENTITIES.has(field) && !IMAGES.test(field)) return []
  if (test.kind === 'startswith' && /^[.@]/.test(test.text)) {
    const message = `hardly a value of ${field} begins with "${test.text}": endswith is meant`
    return [{ code: 'lint/wrong-end', message, at }]
  }
  if (test.kind === 'endswith' && /^system:|[:@]$/.test(test.text)) {
    const message = `hardly a value of ${field} ends with "${test.text}": startswith is meant`
    return [{ code: 'lint/wrong-end', message, at }]
  }
  return []
}
