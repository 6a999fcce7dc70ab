import { CANNOT_TELL } from '../../base/truth.ts'
import type { Known, PodVolume } from '../../model/facts.ts'
import { type Document, elements, fieldsOf, member, REST, text } from '../submission/document.ts'

/** The volumes of a pod spec. */
export const readVolumes = (spec: Document): readonly PodVolume[] => {
  const list = elements(member(spec, 'volumes'))
  if (list === undefined) return []
  return list === CANNOT_TELL ? [readVolume(CANNOT_TELL)] : list.map(readVolume)
}

/** A path without `//`, `.`, `..` and a `/` at its end. */
export const cleanPath = (path: string): string => {
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') kept.pop()
    else if (part !== '' && part !== '.') kept.push(part)
  }
  return path.startsWith('/') ? `/${kept.join('/')}` : kept.join('/')
}

const readVolume = (volume: Document): PodVolume => {
  const path = text(member(member(volume, 'hostPath'), 'path'))
  return {
    name: text(member(volume, 'name')),
    type: typeOf(volume),
    hostPath: typeof path === 'string' ? cleanPath(path) : path,
  }
}

/** The source's field. With two, which the API server refuses, hostPath is the one to know of. */
const typeOf = (volume: Document): Known<string> => {
  const fields = fieldsOf(volume)
  if (fields === undefined) return volume === CANNOT_TELL ? CANNOT_TELL : undefined
  const sources = Object.keys(fields).filter(
    (key) => key !== 'name' && !key.startsWith('$') && member(volume, key) !== undefined,
  )
  const source = sources.includes('hostPath') ? 'hostPath' : sources[0]
  return source === undefined && REST in fields ? CANNOT_TELL : source
}
