import { CANNOT_TELL } from '../../base/truth.ts'
import type { Known, PodVolume } from '../../model/facts.ts'
import {
  below,
  type Document,
  elements,
  fieldsOf,
  flag,
  member,
  orElse,
  REST,
  text,
} from '../submission/document.ts'
import { once } from './once.ts'

/** The spec whose containers mount the volumes. Not whole: there may be more containers. */
export interface Mounts {
  readonly spec: Document
  readonly whole: boolean
}

/** The volumes of a pod spec. */
export const readVolumes = (spec: Document, mounts: Mounts): readonly PodVolume[] => {
  const list = elements(member(spec, 'volumes'))
  if (list === undefined) return []
  const writers = once(() => writersIn(mounts))
  const read = (volume: Document): PodVolume => readVolume(volume, writers)
  return list === CANNOT_TELL ? [read(CANNOT_TELL)] : list.map(read)
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

const readVolume = (volume: Document, writers: () => Writers): PodVolume => {
  const path = text(member(member(volume, 'hostPath'), 'path'))
  const name = text(member(volume, 'name'))
  return {
    name,
    type: typeOf(volume),
    hostPath: typeof path === 'string' ? cleanPath(path) : path,
    get driver(): Known<string> {
      return orElse(
        text(below(volume, ['csi', 'driver'])),
        text(below(volume, ['flexVolume', 'driver'])),
      )
    },
    get writable(): Known<boolean> {
      return name === undefined || name === CANNOT_TELL ? name : isWritable(name, writers())
    },
  }
}

const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers']

/** The names of volumes that are mounted writable, and of those that may be. */
interface Writers {
  readonly sure: ReadonlySet<string>
  readonly maybe: ReadonlySet<string>
  /** Whether there may be others. */
  readonly hidden: boolean
}

const writersIn = ({ spec, whole }: Mounts): Writers => {
  const sure = new Set<string>()
  const maybe = new Set<string>()
  let hidden = !whole
  for (const container of CONTAINERS.flatMap((key) => known(member(spec, key)))) {
    for (const mount of known(member(container, 'volumeMounts'))) {
      const name = text(member(mount, 'name'))
      const readOnly = flag(member(mount, 'readOnly'))
      if (readOnly === true || name === undefined) continue
      if (name === CANNOT_TELL) hidden = true
      else if (readOnly === CANNOT_TELL) maybe.add(name as string)
      else sure.add(name as string)
    }
  }
  return { sure, maybe, hidden }
}

const isWritable = (name: string, { sure, maybe, hidden }: Writers): Known<boolean> =>
  sure.has(name) ? true : hidden || maybe.has(name) ? CANNOT_TELL : false

/** The elements; a list that cannot be told is one that cannot be. */
const known = (list: Document): readonly Document[] => {
  const found = elements(list)
  return found === CANNOT_TELL ? [CANNOT_TELL] : (found ?? [])
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
