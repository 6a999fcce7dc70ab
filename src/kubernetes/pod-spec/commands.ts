import { CANNOT_TELL } from '../../base/truth.ts'
import type { Known } from '../../model/facts.ts'
import { plainCommand } from '../exec/plain-command.ts'
import {
  below,
  type Document,
  fieldsOf,
  member,
  REST,
  text,
  texts,
} from '../submission/document.ts'
import { withVariables } from './variables.ts'

/** The command and its arguments in one line, as a shell would come to read it. */
export const commandLineOf = (container: Document): Known<string> => {
  const parts = [texts(member(container, 'command')), texts(member(container, 'args'))]
  // Of the two a JSON Patch may leave one alone, and then it sets the other one only.
  const said = parts.filter((_, at) => !isUntouched(container, at === 0 ? 'command' : 'args'))
  if (said.length === 0 || said.includes(CANNOT_TELL)) return CANNOT_TELL
  const words = said.flatMap((part) => (Array.isArray(part) ? (part as readonly string[]) : []))
  return words.length === 0 ? undefined : inOneLine(words, container)
}

/** The command lines of lifecycle hooks and exec probes. */
export const hookCommandsOf = (container: Document): Known<readonly string[]> =>
  seenIn(HOOKS, (hook) => {
    const words = texts(below(container, [...hook, 'exec', 'command']))
    return words === undefined || words === CANNOT_TELL ? words : inOneLine(words, container)
  })

const inOneLine = (words: readonly string[], container: Document): Known<string> => {
  const whole = withVariables(words, container)
  return whole === CANNOT_TELL ? CANNOT_TELL : plainCommand(whole)
}

/** The hosts that hooks and probes name, instead of the pod itself. */
export const hookHostsOf = (container: Document): Known<readonly string[]> =>
  seenIn(
    HOOKS.flatMap((hook) => [
      [...hook, 'httpGet', 'host'],
      [...hook, 'tcpSocket', 'host'],
    ]),
    (path) => {
      const host = text(below(container, path))
      return host === '' ? undefined : host
    },
  )

/**
 * What was found at several places: those that can be told, if any are; else whether one is hidden.
 */
export const seenIn = <P, T>(
  places: readonly P[],
  read: (place: P) => Known<T>,
): Known<readonly T[]> => {
  const found: T[] = []
  let hidden = false
  for (const place of places) {
    const one = read(place)
    if (one === CANNOT_TELL) hidden = true
    else if (one !== undefined) found.push(one as T)
  }
  return found.length > 0 ? found : hidden ? CANNOT_TELL : undefined
}

const HOOKS: readonly (readonly string[])[] = [
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
]

const isUntouched = (container: Document, key: string): boolean => {
  const fields = fieldsOf(container)
  return fields !== undefined && REST in fields && !Object.hasOwn(fields, key)
}
