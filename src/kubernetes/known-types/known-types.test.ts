import { describe, expect, it } from 'vitest'
import { CONTROL_PLANE_USERS } from '../identity/builtin-identities.ts'
import { describeCases } from '../testing/cases.ts'
import { BUILT_IN_TYPES } from './built-in-types.ts'
import { KNOWN_URLS, SYSTEM_USERS } from './known-names.ts'
import {
  BUILT_IN,
  formerUntil,
  groupKind,
  isServed,
  KNOWN_MINORS,
  KNOWN_TYPES,
  knownGroups,
  knownType,
  typesNamed,
} from './known-types.ts'
import { FORMER_GROUPS, OTHER_TYPES, SHORT_NAMES } from './other-types.ts'
import { RESOURCE_VERBS } from './parse-type.ts'

describeCases(import.meta.url, (_event, { input = {} }) => {
  const [group, resource] = [String(input.group), String(input.resource)]
  const subresource = String(input.subresource ?? '')
  return {
    kind: groupKind(group),
    type: knownType(group, resource, subresource),
    former: formerUntil(group, resource),
    groups: typesNamed(resource, subresource).map((type) => type.group),
  }
})

describe('the tables of types', () => {
  it('have each type once, each with a resource of its own and verbs of requests', () => {
    const names = KNOWN_TYPES.map((type) => `${type.group} ${type.resource}/${type.subresource}`)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    const orphans = KNOWN_TYPES.filter(({ group, resource }) => !knownType(group, resource))
    expect(orphans).toEqual([])
    const odd = KNOWN_TYPES.filter(({ verbs }) =>
      verbs.some((one) => !RESOURCE_VERBS.includes(one)),
    )
    expect(odd).toEqual([])
    expect(BUILT_IN.length).toBeGreaterThan(140)
  })

  it('are sorted, and have no group in both', () => {
    for (const table of [BUILT_IN_TYPES, OTHER_TYPES]) {
      for (const rows of Object.values(table)) {
        const names = rows.map((row) => row.split(' ')[0])
        expect(names).toEqual([...names].sort())
      }
    }
    expect(Object.keys(OTHER_TYPES).filter((group) => group in BUILT_IN_TYPES)).toEqual([])
    expect(knownGroups().filter((group) => group in FORMER_GROUPS)).toEqual([])
  })

  it('give every short name a resource, and name the users that identity knows', () => {
    expect(Object.values(SHORT_NAMES).filter((name) => typesNamed(name).length === 0)).toEqual([])
    expect([...CONTROL_PLANE_USERS].filter((name) => !SYSTEM_USERS.includes(name))).toEqual([])
    expect(KNOWN_URLS.filter((url) => !url.startsWith('/') || url.endsWith('/'))).toEqual([])
  })

  it('say which release serves a type', () => {
    const resize = knownType('', 'pods', 'resize')
    expect(resize && [31, 32, 37].map((minor) => isServed(resize, minor))).toEqual([
      false,
      true,
      true,
    ])
    const spans = KNOWN_TYPES.flatMap(({ since, until }) => [since, until])
    const { first, last } = KNOWN_MINORS
    expect(spans.every((one) => one === undefined || (one >= first && one <= last))).toBe(true)
  })
})
