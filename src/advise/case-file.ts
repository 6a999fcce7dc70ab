import { isMap, LineCounter, type Node, parseDocument } from 'yaml'
import type { Issue, Place } from '../base/issue.ts'
import { LIMIT } from '../base/limit.ts'
import type { Reason } from '../model/blindness.ts'
import { numbered, readTimes, type StoryStep, tellStory } from './case-story.ts'
import {
  copyOf,
  isObject,
  type Json,
  type JsonObject,
  parsePointer,
  setAt,
  unsetAt,
} from './json.ts'
import { MUTANT_KINDS, type MutantKind } from './mutant-kinds.ts'

/** What a case proves. Match and bypass must match; a near miss must not; blind cannot be told. */
export type CaseKind = 'match' | 'near-miss' | 'bypass' | 'blind'

/** The four kinds of cases. */
export const CASE_KINDS: readonly CaseKind[] = ['match', 'near-miss', 'bypass', 'blind']

/** One event, or one after the other, and what the rule must say of it. */
export interface RuleCase {
  readonly title: string
  readonly kind: CaseKind
  /** Id or name of the rule that it is about, where the file holds several. */
  readonly rule: string | undefined
  /** The records as a log would hold them; one, unless the case tells a story. */
  readonly records: readonly [string, ...string[]]
  /** The native event, unless the case gives text of another shape, or a story. */
  readonly event: JsonObject | undefined
  /** Of a blind case: the reason that must be among those given. */
  readonly reason: Reason | undefined
  /** How the claim of the finding must begin. */
  readonly summary: string | undefined
  readonly at: Place
}

/** All cases of one rule, and the generated mutants that mean nothing for it. */
export interface CaseFile {
  readonly cases: readonly RuleCase[]
  readonly skip: { readonly kinds: readonly MutantKind[]; readonly because: string }
}

/** Reads `<name>.cases.yaml`. A bad case is an issue, and the others still come out. */
export const parseCases = (
  text: string,
  file: string,
): { readonly cases: CaseFile; readonly issues: readonly Issue[] } => {
  const reader = new CaseReader(text, file)
  const cases = reader.read()
  return { cases, issues: reader.issues }
}

/** Why a blind case cannot be told. */
export const REASONS: readonly Reason[] = [
  'level',
  'stage',
  'truncated',
  'provider',
  'missing',
  'unparsable',
  'partial',
  'unmeasured',
]
const FILE_KEYS = ['base', 'bases', 'cases', 'mutants']
const SOURCE_KEYS = ['from', 'set', 'unset', 'event', 'raw']
const CASE_KEYS = ['title', 'kind', 'rule', 'events', 'reason', 'summary', ...SOURCE_KEYS]
const STEP_KEYS = ['from', 'set', 'unset', 'event', 'after', 'times', 'every']
const NO_SKIP: CaseFile['skip'] = { kinds: [], because: '' }

/** Reads one file; it has the lifetime of that, and collects issues with their places. */
class CaseReader {
  readonly issues: Issue[] = []
  readonly #text: string
  readonly #file: string
  readonly #lines = new LineCounter()

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
  }

  read(): CaseFile {
    const none: CaseFile = { cases: [], skip: NO_SKIP }
    const root = this.#root()
    if (root === undefined) return none
    const { whole, at } = root
    for (const key of Object.keys(whole)) {
      if (!FILE_KEYS.includes(key)) this.#refuse('advise/bad-case', `unknown key ${key}`, at([key]))
    }
    const bases = this.#bases(whole, at)
    const list = whole.cases
    if (!Array.isArray(list)) {
      this.#refuse('advise/bad-case', 'a file of cases needs a list named cases', at([]))
      return none
    }
    const cases = list.flatMap((entry, index) => {
      const ruleCase = this.#case(entry, bases, at(['cases', index]))
      return ruleCase === undefined ? [] : [ruleCase]
    })
    return { cases, skip: this.#skip(whole.mutants, at(['mutants'])) }
  }

  #root(): { whole: JsonObject; at: (path: readonly (string | number)[]) => Place } | undefined {
    if (Buffer.byteLength(this.#text) > LIMIT.yamlBytesMax) {
      this.#refuse('advise/bad-yaml', 'the file is too large', { file: this.#file })
      return undefined
    }
    const document = parseDocument(this.#text, { lineCounter: this.#lines })
    for (const error of document.errors) {
      this.#refuse('advise/bad-yaml', error.message.split('\n')[0] ?? '', this.#place(error.pos[0]))
    }
    if (document.errors.length > 0) return undefined
    const whole = this.#plain(() => document.toJS({ maxAliasCount: LIMIT.yamlAliasesMax }))
    if (whole === undefined) return undefined
    if (!isObject(whole) || !isMap(document.contents)) {
      this.#refuse('advise/bad-case', 'a file of cases is a map', { file: this.#file })
      return undefined
    }
    const at = (path: readonly (string | number)[]): Place => {
      const node = path.length === 0 ? document.contents : document.getIn(path, true)
      return this.#place((node as Node | undefined)?.range?.[0] ?? 0)
    }
    return { whole, at }
  }

  /** `toJS` throws when there are too many aliases: the file's fault, not ours. */
  #plain(toJS: () => unknown): unknown {
    try {
      return toJS()
    } catch (error) {
      this.#refuse('advise/bad-yaml', error instanceof Error ? error.message : 'bad aliases', {
        file: this.#file,
      })
      return undefined
    }
  }

  #bases(
    whole: JsonObject,
    at: (path: readonly string[]) => Place,
  ): ReadonlyMap<string, JsonObject> {
    const bases = new Map<string, JsonObject>()
    if (isObject(whole.base)) bases.set('base', whole.base)
    const more = whole.bases
    if (more !== undefined && !isObject(more)) {
      this.#refuse('advise/bad-case', 'bases is a map of events by name', at(['bases']))
    }
    for (const [name, event] of Object.entries(isObject(more) ? more : {})) {
      if (isObject(event)) bases.set(name, event)
      else this.#refuse('advise/bad-case', `base ${name} is no event`, at(['bases', name]))
    }
    return bases
  }

  #case(entry: Json, bases: ReadonlyMap<string, JsonObject>, at: Place): RuleCase | undefined {
    if (!isObject(entry)) return this.#refuse('advise/bad-case', 'a case is a map', at)
    const unknown = Object.keys(entry).find((key) => !CASE_KEYS.includes(key))
    if (unknown !== undefined) {
      return this.#refuse('advise/bad-case', `unknown key ${unknown}`, at)
    }
    const { title, summary } = entry
    const kind = CASE_KINDS.find((known) => known === entry.kind)
    const reason = REASONS.find((known) => known === entry.reason)
    if (typeof title !== 'string' || kind === undefined) {
      const message = `a case needs a title, and a kind: ${CASE_KINDS.join(', ')}`
      return this.#refuse('advise/bad-case', message, at)
    }
    if ((kind === 'blind') !== (reason !== undefined)) {
      const message = `a blind case, and only that, needs a reason: ${REASONS.join(', ')}`
      return this.#refuse('advise/bad-case', message, at)
    }
    const told = entry.events !== undefined
    if (told && SOURCE_KEYS.some((key) => entry[key] !== undefined)) {
      const message = 'a case has events, or is one event by itself'
      return this.#refuse('advise/bad-case', message, at)
    }
    const source = told ? this.#story(entry.events, bases, at) : this.#source(entry, bases, at)
    if (source === undefined) return undefined
    const rule = entry.rule?.toString()
    return { title, kind, rule, ...source, reason, summary: summary?.toString(), at }
  }

  #story(
    steps: Json | undefined,
    bases: ReadonlyMap<string, JsonObject>,
    at: Place,
  ): Pick<RuleCase, 'records' | 'event'> | undefined {
    if (!Array.isArray(steps) || steps.length === 0) {
      return this.#refuse('advise/bad-case', 'events is a list of steps', at)
    }
    const read = steps.map((step) => this.#step(step, bases, at))
    const sound = read.filter((step) => step !== undefined)
    if (sound.length < read.length) return undefined
    const events = tellStory(sound)
    if (typeof events === 'string') return this.#refuse('advise/bad-case', events, at)
    const [first = '', ...others] = events.map((event) => JSON.stringify(event))
    return { records: [first, ...others], event: undefined }
  }

  #step(step: Json, bases: ReadonlyMap<string, JsonObject>, at: Place): StoryStep | undefined {
    if (!isObject(step)) return this.#refuse('advise/bad-case', 'a step is a map', at)
    const unknown = Object.keys(step).find((key) => !STEP_KEYS.includes(key))
    if (unknown !== undefined) return this.#refuse('advise/bad-case', `unknown key ${unknown}`, at)
    const times = readTimes(step)
    if (typeof times === 'string') return this.#refuse('advise/bad-case', times, at)
    const base = this.#baseOf(step, bases, at)
    if (base === undefined) return undefined
    const set = isObject(step.set) ? step.set : {}
    return {
      ...times,
      keeps: {
        time: Object.hasOwn(set, '/requestReceivedTimestamp'),
        auditID: Object.hasOwn(set, '/auditID'),
      },
      make: (n) => {
        const event = copyOf(base)
        const changes = { ...step, set: numbered(set, n) }
        return this.#change(event, changes, at) ? event : undefined
      },
    }
  }

  #source(
    entry: JsonObject,
    bases: ReadonlyMap<string, JsonObject>,
    at: Place,
  ): Pick<RuleCase, 'records' | 'event'> | undefined {
    if (typeof entry.raw === 'string') return { records: [entry.raw], event: undefined }
    const base = this.#baseOf(entry, bases, at)
    if (base === undefined) return undefined
    const event = copyOf(base)
    const changed = this.#change(event, entry, at)
    return changed ? { records: [JSON.stringify(event)], event } : undefined
  }

  #baseOf(
    { event, from = 'base' }: JsonObject,
    bases: ReadonlyMap<string, JsonObject>,
    at: Place,
  ): JsonObject | undefined {
    const base = isObject(event) ? event : bases.get(String(from))
    if (base !== undefined) return base
    return this.#refuse('advise/bad-case', `there is no base event named ${from}`, at)
  }

  #change(event: JsonObject, { unset, set }: JsonObject, at: Place): boolean {
    const removed = Array.isArray(unset) ? unset.map(String) : []
    const added = isObject(set) ? Object.entries(set) : []
    const failed =
      removed.find((pointer) => !eachPlace(event, pointer, (keys) => unsetAt(event, keys))) ??
      added.find(
        ([pointer, value]) =>
          !eachPlace(event, pointer, (keys) => setAt(event, keys, copyOf(value))),
      )?.[0]
    if (failed === undefined) return true
    this.#refuse('advise/bad-pointer', `the event has no place ${failed}`, at)
    return false
  }

  #skip(mutants: Json | undefined, at: Place): CaseFile['skip'] {
    if (mutants === undefined) return NO_SKIP
    const { skip, because } = isObject(mutants) ? mutants : {}
    if (!Array.isArray(skip) || typeof because !== 'string') {
      this.#refuse('advise/bad-case', 'mutants needs a list skip and a reason because', at)
      return NO_SKIP
    }
    const kinds = skip.flatMap((name) => MUTANT_KINDS.filter((kind) => kind === name))
    if (kinds.length < skip.length) {
      this.#refuse('advise/bad-case', 'skip names a kind of mutant that does not exist', at)
    }
    return { kinds, because }
  }

  #refuse(code: string, message: string, at: Place): undefined {
    this.issues.push({ code, message, at })
    return undefined
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.#file, line, column: col }
  }
}

/** `/object/…` stands for the same place in both bodies, as far as the event has them. */
const eachPlace = (
  event: JsonObject,
  pointer: string,
  change: (keys: readonly string[]) => boolean,
): boolean => {
  const keys = parsePointer(pointer)
  if (keys === undefined) return false
  if (keys[0] !== 'object') return change(keys)
  const bodies = ['requestObject', 'responseObject'].filter((body) => event[body] !== undefined)
  return bodies.length > 0 && bodies.every((body) => change([body, ...keys.slice(1)]))
}
