import type { PolicyRule } from '../../../kubernetes/audit-policy/policy.ts'
import {
  FORMER_USERS,
  KNOWN_URLS,
  SYSTEM_GROUPS,
  SYSTEM_USERS,
  URL_VERBS,
} from '../../../kubernetes/known-types/known-names.ts'
import { RESOURCE_VERBS } from '../../../kubernetes/known-types/parse-type.ts'
import { suggest } from '../../../sigma/suggest.ts'
import { few } from './describe-rule.ts'
import { type FindLints, type LintContext, lint, mendRule } from './lint-context.ts'
import type { PolicyLint } from './policy-lint.ts'
import { slipOf } from './slip.ts'

type List = 'users' | 'userGroups' | 'verbs' | 'namespaces' | 'nonResourceURLs'

/** Verbs that no request which the rule is about has. */
export const verbLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) => {
    const possible = verbsFor(rule)
    return rule.verbs.flatMap((verb, place) => {
      if (possible.includes(verb) || verb.includes('*')) return []
      const instead = verbsMeant(verb, possible)
      const meant =
        instead.length === 0
          ? ''
          : `; ${instead.join(' and ')} ${instead.length > 1 ? 'are' : 'is'} meant`
      return [
        lint({
          code: 'policy-lint/impossible-verb',
          message: `${verb} is no verb of requests for ${isForUrls(rule) ? 'URLs' : 'resources'}${meant}`,
          at: context.at('rules', index, 'verbs', place),
          rule: index,
          effect: 'The API server compares verbs as they are: no request has this one.',
          mend: mendList(rule, index, 'verbs', verb, instead),
        }),
      ]
    })
  })

const isForUrls = (rule: PolicyRule): boolean => rule.nonResourceURLs.length > 0

const isForObjects = (rule: PolicyRule): boolean =>
  rule.resources.length > 0 || rule.namespaces.length > 0

/** `proxy` is a legacy path's; the empty verb is that of any odd method on a resource. */
const verbsFor = (rule: PolicyRule): readonly string[] => {
  const objects = [...RESOURCE_VERBS, 'proxy', '']
  if (isForObjects(rule)) return objects
  return isForUrls(rule) ? URL_VERBS : [...objects, ...URL_VERBS]
}

const VERBS_MEANT: Readonly<Record<string, readonly string[]>> = {
  add: ['create'],
  apply: ['create', 'patch'],
  attach: ['get', 'create'],
  connect: ['get', 'create'],
  create: ['post'],
  edit: ['update', 'patch'],
  exec: ['get', 'create'],
  head: ['get', 'list'],
  list: ['get'],
  modify: ['update', 'patch'],
  portforward: ['get', 'create'],
  post: ['create'],
  put: ['update'],
  read: ['get', 'list', 'watch'],
  remove: ['delete'],
  replace: ['update'],
  update: ['put'],
  view: ['get', 'list'],
  watch: ['get'],
  write: ['create', 'update', 'patch', 'delete'],
}

const verbsMeant = (verb: string, possible: readonly string[]): readonly string[] => {
  const plain = verb.toLowerCase().trim()
  if (possible.includes(plain)) return [plain]
  const meant = Object.hasOwn(VERBS_MEANT, plain) ? (VERBS_MEANT[plain] ?? []) : []
  const known = meant.filter((one) => possible.includes(one))
  if (known.length > 0) return known
  const near = suggest(
    plain.replace(/[_-]/g, ''),
    possible.filter((one) => one !== ''),
  )
  return near === undefined ? [] : [near]
}

/** A star in a list where it is no wildcard. */
export const starLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) =>
    STAR_LISTS.flatMap((list) =>
      rule[list].flatMap((text, place) =>
        text.includes('*') ? [starLint(context, index, rule, list, text, place)] : [],
      ),
    ),
  )

const STAR_LISTS = ['users', 'userGroups', 'verbs', 'namespaces'] as const

const starLint = (
  context: LintContext,
  index: number,
  rule: PolicyRule,
  list: (typeof STAR_LISTS)[number],
  text: string,
  place: number,
): PolicyLint => {
  const groups = list === 'users' ? groupsFor(text) : []
  const instead = list === 'namespaces' && text === 'kube-*' ? KUBE_NAMESPACES : []
  const meant = [...groups.map((group) => `group ${group}`), ...instead]
  return lint({
    code: 'policy-lint/literal-star',
    message: `${text} is no wildcard in ${list}${meant.length === 0 ? '' : `; ${meant.join(', ')} is meant`}`,
    at: context.at('rules', index, list, place),
    rule: index,
    effect: `The API server compares ${list} as they are written: no request has a star in it.`,
    mend:
      groups.length > 0
        ? mendRule(index, toGroups(rule, [text], groups))
        : text === '*'
          ? mendRule(index, [{ ...rule, [list]: [] }])
          : mendList(rule, index, list, text, instead),
  })
}

const KUBE_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease']

/** The groups of all users of a form. */
const groupsFor = (text: string): readonly string[] => {
  if (text === 'system:node:*' || text === 'system:nodes:*') return ['system:nodes']
  const account = /^system:serviceaccounts?:(.*)\*$/.exec(text)?.[1]
  if (account === undefined) return []
  const namespace = account.replace(/:$/, '').replace(/^\*:?$/, '')
  if (namespace === '') return ['system:serviceaccounts']
  return /^[a-z0-9-]+$/.test(namespace) && account.endsWith(':')
    ? [`system:serviceaccounts:${namespace}`]
    : []
}

/** Groups among the users, users among the groups, and both at once. */
export const listLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) => [
    ...rule.users.flatMap((user, place) =>
      isGroup(user) ? [wrongListLint(context, index, rule, 'users', user, place)] : [],
    ),
    ...rule.userGroups.flatMap((group, place) =>
      isUser(group) ? [wrongListLint(context, index, rule, 'userGroups', group, place)] : [],
    ),
    ...bothLint(context, index, rule),
  ])

const isGroup = (name: string): boolean =>
  !SYSTEM_USERS.includes(name) &&
  (SYSTEM_GROUPS.includes(name) || /^system:serviceaccounts:[a-z0-9-]+$/.test(name))

const isUser = (name: string): boolean =>
  SYSTEM_USERS.includes(name) || /^system:(?:node:|serviceaccount:[a-z0-9-]+:)[^*]+$/.test(name)

const wrongListLint = (
  context: LintContext,
  index: number,
  rule: PolicyRule,
  list: 'users' | 'userGroups',
  name: string,
  place: number,
): PolicyLint => {
  const isAmongUsers = list === 'users'
  return lint({
    code: 'policy-lint/wrong-list',
    message: `${name} is a ${isAmongUsers ? 'group' : 'user'} and stands in ${list}`,
    at: context.at('rules', index, list, place),
    rule: index,
    effect: `The API server looks for a ${isAmongUsers ? 'user' : 'group'} of this name, and there is none.`,
    mend: isAmongUsers
      ? mendRule(index, toGroups(rule, rule.users.filter(isGroup), rule.users.filter(isGroup)))
      : mendRule(index, toUsers(rule, rule.userGroups.filter(isUser))),
  })
}

/** A rule with some users taken out, and one for groups instead. */
const toGroups = (
  rule: PolicyRule,
  users: readonly string[],
  groups: readonly string[],
): readonly PolicyRule[] => {
  const left = rule.users.filter((user) => !users.includes(user))
  const forGroups = {
    ...rule,
    users: [],
    userGroups: [...new Set([...rule.userGroups, ...groups])],
  }
  return left.length === 0 ? [forGroups] : [{ ...rule, users: left }, forGroups]
}

const toUsers = (rule: PolicyRule, users: readonly string[]): readonly PolicyRule[] => {
  const left = rule.userGroups.filter((group) => !users.includes(group))
  const forUsers = { ...rule, userGroups: [], users: [...new Set([...rule.users, ...users])] }
  return left.length === 0 ? [forUsers] : [{ ...rule, userGroups: left }, forUsers]
}

const bothLint = (context: LintContext, index: number, rule: PolicyRule): readonly PolicyLint[] => {
  if (rule.users.length === 0 || rule.userGroups.length === 0) return []
  const isNever = rule.users.every((user) =>
    rule.userGroups.every((group) => isNeverIn(user, group)),
  )
  if (!isNever) return []
  return [
    lint({
      code: 'policy-lint/never-both',
      message: `none of the users (${few(rule.users)}) is in one of the groups (${few(rule.userGroups)})`,
      at: context.at('rules', index, 'userGroups'),
      rule: index,
      effect: 'The API server wants both the user and one of the groups: nobody is both.',
      mend: mendRule(index, [
        { ...rule, userGroups: [] },
        { ...rule, users: [] },
      ]),
    }),
  ]
}

/** Only of users whose groups the API server itself gives can this be told. */
const isNeverIn = (user: string, group: string): boolean => {
  if (!SYSTEM_GROUPS.includes(group) && !group.startsWith('system:serviceaccounts:')) return false
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user)?.[1]
  if (account !== undefined) {
    const own = ['system:serviceaccounts', `system:serviceaccounts:${account}`]
    return ![...own, 'system:authenticated'].includes(group)
  }
  if (user.startsWith('system:node:'))
    return !['system:nodes', 'system:authenticated'].includes(group)
  if (user === 'system:anonymous') return group !== 'system:unauthenticated'
  if (!user.startsWith('system:kube-')) return false
  return (
    group === 'system:nodes' ||
    /^system:(?:serviceaccounts|unauthenticated|bootstrappers)/.test(group)
  )
}

/** Names of the system that are none. */
export const userLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) => [
    ...rule.users.flatMap((user, place) => userLint(context, index, rule, user, place)),
    ...rule.userGroups.flatMap((group, place) => groupLint(context, index, rule, group, place)),
  ])

const userLint = (
  context: LintContext,
  index: number,
  rule: PolicyRule,
  user: string,
  place: number,
): readonly PolicyLint[] => {
  const former = Object.hasOwn(FORMER_USERS, user) ? FORMER_USERS[user] : undefined
  const near = former === undefined ? nearUser(user) : undefined
  if (former === undefined && near === undefined) return []
  return [
    lint({
      code: 'policy-lint/unknown-user',
      message:
        former === undefined ? `${user} is no user; ${near} is meant` : `${user} is ${former}`,
      at: context.at('rules', index, 'users', place),
      rule: index,
      effect: 'The API server compares names as they are: nobody is called so.',
      mend: mendList(rule, index, 'users', user, near?.includes(' ') ? [] : near ? [near] : []),
    }),
  ]
}

const nearUser = (user: string): string | undefined => {
  if (isUser(user) || isGroup(user) || user.includes('*')) return undefined
  if (/^system:serviceaccount:[^:]*$/.test(user)) return 'system:serviceaccount:NAMESPACE:NAME'
  if (/^system:serviceaccounts:[^:]+:[^:]+$/.test(user)) {
    return user.replace('serviceaccounts', 'serviceaccount')
  }
  const isOurs = /^system[:.-]/i.test(user) || SYSTEM_USERS.includes(`system:${user}`)
  if (!isOurs) return undefined
  if (SYSTEM_USERS.includes(`system:${user}`)) return `system:${user}`
  return slipOf(user, SYSTEM_USERS)
}

const groupLint = (
  context: LintContext,
  index: number,
  rule: PolicyRule,
  group: string,
  place: number,
): readonly PolicyLint[] => {
  if (!/^system[:.-]/i.test(group) || isGroup(group) || isUser(group) || group.includes('*'))
    return []
  if (/^system:bootstrappers:/.test(group)) return []
  const accounts = /^system:serviceaccount:([a-z0-9-]+)$/.exec(group)?.[1]
  const near =
    accounts === undefined ? slipOf(group, SYSTEM_GROUPS) : `system:serviceaccounts:${accounts}`
  if (near === undefined) return []
  return [
    lint({
      code: 'policy-lint/unknown-user',
      message: `${group} is no group; ${near} is meant`,
      at: context.at('rules', index, 'userGroups', place),
      rule: index,
      effect: 'The API server compares names as they are: nobody is in such a group.',
      mend: mendList(rule, index, 'userGroups', group, [near]),
    }),
  ]
}

/** Paths that cover less than they seem to. */
export const urlLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) =>
    rule.nonResourceURLs.flatMap((url, place) => {
      const fault = urlFault(url, rule.nonResourceURLs)
      if (fault === undefined) return []
      return [
        lint({
          code: fault.code,
          message: fault.what,
          at: context.at('rules', index, 'nonResourceURLs', place),
          rule: index,
          effect: fault.effect,
          mend: mendList(rule, index, 'nonResourceURLs', url, fault.instead),
        }),
      ]
    }),
  )

interface UrlFault {
  readonly code: string
  readonly what: string
  readonly effect: string
  readonly instead: readonly string[]
}

const urlFault = (url: string, all: readonly string[]): UrlFault | undefined => {
  const exact = 'The API server compares the path as it is, without the query.'
  if (url.includes('?')) {
    const path = url.slice(0, url.indexOf('?'))
    const what = `${url} has a query, and no path has one; ${path} is meant`
    return { code: 'policy-lint/unknown-url', what, effect: exact, instead: [path] }
  }
  if (/^\/(?:api\/[^/*]+\/[^/*]|apis\/[^/*]+\/[^/*]+\/[^/*])/.test(url)) {
    const effect = 'The API server takes such a request for one about resources.'
    const what = `${url} is the path of a resource`
    return { code: 'policy-lint/url-of-resource', what, effect, instead: [] }
  }
  const base = url.replace(/\/?\*$/, '')
  if (url.endsWith('/*') && KNOWN_URLS.includes(base) && !PARENTS.has(base)) {
    const isCovered = all.some((one) => one === base || one === `${base}*`)
    const what = `${url} does not cover ${base} itself`
    if (isCovered) return undefined
    return { code: 'policy-lint/url-prefix', what, effect: exact, instead: [base, url] }
  }
  return unknownUrl(url, base, exact)
}

/** Paths that are asked for by what follows them, more than by themselves. */
const PARENTS = new Set(['/openapi', '/swagger', '/debug/pprof', '/api', '/apis', '/logs'])

const unknownUrl = (url: string, base: string, effect: string): UrlFault | undefined => {
  const isKnown = (path: string): boolean =>
    KNOWN_URLS.some(
      (known) => known === path || known.startsWith(path) || path.startsWith(`${known}/`),
    )
  if (base === '' || isKnown(base)) return undefined
  const near = slipOf(base, KNOWN_URLS)
  if (near === undefined || near === '/ui') return undefined
  const instead = near + url.slice(base.length)
  const what = `${url} is no path that an API server has; ${instead} is meant`
  return { code: 'policy-lint/unknown-url', what, effect, instead: [instead] }
}

/** A rule with other texts in the place of one; without any left it is taken out. */
const mendList = (
  rule: PolicyRule,
  index: number,
  list: List,
  text: string,
  instead: readonly string[],
) => {
  const put = rule[list].flatMap((one) => (one === text ? instead : [one]))
  return mendRule(index, put.length === 0 ? [] : [{ ...rule, [list]: [...new Set(put)] }])
}
