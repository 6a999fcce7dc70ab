import { CANNOT_TELL } from '../../base/truth.ts'
import type { Known } from '../../model/facts.ts'
import {
  below,
  type Document,
  each,
  elements,
  fieldsOf,
  member,
  text,
} from '../submission/document.ts'
import { seenIn } from './commands.ts'

/** The keys of the taints that a pod tolerates; `*` for all of them. */
export const readTolerations = (spec: Document): Known<readonly string[]> =>
  each(member(spec, 'tolerations'), (toleration) => {
    const key = text(member(toleration, 'key'))
    if (key !== undefined && key !== '') return key
    const operator = text(member(toleration, 'operator'))
    return operator === 'Exists' ? '*' : operator === CANNOT_TELL ? CANNOT_TELL : undefined
  })

/**
 * The labels that a node must have, and `metadata.name` where the node is demanded by its name:
 * keys of nodeSelector and of the required node affinity, as far as they demand and not forbid.
 */
export const readNodeSelectors = (spec: Document): Known<readonly string[]> => {
  const terms = elements(below(spec, [...AFFINITY, 'nodeSelectorTerms']))
  const demanded: readonly Known<string>[] =
    terms === CANNOT_TELL ? [CANNOT_TELL] : (terms ?? []).flatMap(keysOf)
  const keys: readonly Known<string>[] = [...labelsIn(member(spec, 'nodeSelector')), ...demanded]
  return seenIn(keys, (key) => key)
}

const AFFINITY = ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution']

const labelsIn = (selector: Document): readonly Known<string>[] => {
  if (selector === CANNOT_TELL) return [CANNOT_TELL]
  const labels = fieldsOf(selector)
  return labels === undefined
    ? []
    : Object.keys(labels).filter((key) => !key.startsWith('$') && labels[key] !== null)
}

const keysOf = (term: Document): readonly Known<string>[] => {
  const demands = ['matchExpressions', 'matchFields'].map((key) => each(member(term, key), keyOf))
  return demands.flatMap((keys) => (Array.isArray(keys) ? keys : [keys as Known<string>]))
}

const keyOf = (demand: Document): Known<string> => {
  const operator = text(member(demand, 'operator'))
  return operator === 'NotIn' || operator === 'DoesNotExist'
    ? undefined
    : text(member(demand, 'key'))
}
