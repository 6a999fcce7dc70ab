import type { Finding, Severity } from '../../model/finding.ts'

/** `27,786` */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',')

/** `1 event`, `2 events`: the plural is the singular with an s, if not given. */
export const counted = (value: number, one: string, many: string = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

/** `4.1 MB`: decimal units. */
export const bytes = (value: number): string => {
  if (value < 1000) return `${value} B`
  const units = ['kB', 'MB', 'GB', 'TB', 'PB']
  let size = value / 1000
  let unit = 0
  while (size >= 999.95 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${size.toFixed(1)} ${units[unit]}`
}

/** `2026-11-20 21:53:13`, in UTC. A text that is no time is given back as it is. */
export const dateTime = (time: string): string => {
  const at = Date.parse(time)
  return Number.isNaN(at) ? time : new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}

/** How a list of moments is written: without the day, or the year, that all of them share. */
export const clockFor = (
  first: string | undefined,
  last: string | undefined,
): ((time: string) => string) => {
  const isShared = (characters: number): boolean =>
    first !== undefined &&
    dateTime(first).slice(0, characters) === dateTime(last ?? first).slice(0, characters)
  const shared = isShared(10) ? 11 : isShared(4) ? 5 : 0
  return (time) => (Number.isNaN(Date.parse(time)) ? time : dateTime(time).slice(shared))
}

/** `20 min 56 s`: the two largest units. */
export const duration = (from: string, to: string): string => {
  const total = Math.round((Date.parse(to) - Date.parse(from)) / 1000)
  if (Number.isNaN(total)) return 'unknown'
  const parts: readonly [number, string][] = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor(total / 3600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'min'],
    [total % 60, 's'],
  ]
  const first = parts.findIndex(([value]) => value > 0)
  if (first < 0) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ')
}

/** `create pods/exec prod/web-1`: what was asked, without who. */
export const targetOf = ({ target }: Finding): string => {
  const place = [target.namespace, target.name].filter((part) => part !== undefined && part !== '')
  return [target.verb, target.resource, place.join('/')].filter((part) => part !== '').join(' ')
}

/** `eve as system:admin` where an identity was impersonated, else the name. */
export const actorOf = ({ actor }: Finding): string =>
  actor.impersonator === undefined ? actor.name : `${actor.impersonator} as ${actor.name}`

/** Who is behind it: the authenticated user, whatever identity was impersonated. */
export const principalOf = ({ actor }: Finding): string => actor.impersonator ?? actor.name

/** `B04` or, of a rule that is in no list, the first digits of its id. */
export const labelOf = (rule: Finding['rule']): string => rule.detection ?? rule.id.slice(0, 8)

/** The labels of rules, each once: a detection may have several. */
export const labelsOf = (rules: readonly Finding['rule'][]): string =>
  [...new Set(rules.map(labelOf))].join(' ')

/** The level as a heading shows it. */
export const levelWord = (level: Severity): string =>
  level === 'informational' ? 'INFO' : level.toUpperCase()

/** `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`

/** The claim of a finding's reason, without the list of fields that decided. */
export const claimOf = ({ reason, correlation }: Finding): string => {
  const end = reason.indexOf(correlation === undefined ? '. Decided by ' : '. In common: ')
  return end < 0 ? reason : `${reason.slice(0, end)}.`
}

/** What was asked of the time, so that nobody takes a part for the whole; empty: nothing. */
export const limitsOf = (since: string | undefined, until: string | undefined): string => {
  const words = [
    ...(since === undefined ? [] : [`since ${since}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
  ]
  return words.length === 0 ? '' : `only events ${words.join(' ')} were judged`
}

/** How cluster and server of each input got their names. */
export const namingOf = (named: boolean): string =>
  named
    ? 'cluster/server as --source names them, else after folder and file'
    : 'cluster/server are named after folder and file; --source cluster/server=GLOB names them'

/** Where room is short: ServiceAccounts without what they all begin with, but with their names. */
export const shortNames = (text: string): string => text.replaceAll('system:serviceaccount:', '…')
