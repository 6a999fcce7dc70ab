import { Random } from './random.ts'
import { AGENTS, KINDS, type Kind, NAMES, NAMESPACES, TOOLS, WORKLOADS } from './rule-words.ts'

/** A rule file: what a hunt and the compiler of rules take. */
export interface RuleFile {
  readonly file: string
  readonly text: string
}

/** The detections of the two rules that find the planted acts of a corpus, by those acts. */
export const PLANTED_TAGS: Readonly<Record<'B01' | 'C01', string>> = { B01: 'X01', C01: 'X02' }

/**
 * Makes Sigma rules as a cluster's rule set holds them: most name a kind of request and something
 * in it (names, users, commands, parts of pods, roles), some ask of every request (users, agents,
 * paths), many set somebody aside. The first two find the planted acts of a corpus; the others
 * match next to nothing. The same arguments give the same rules, and a longer list begins with the
 * shorter one.
 */
export const makeRules = (count: number, seed = 1): readonly RuleFile[] => {
  const random = new Random(seed)
  const planted = PLANTED.map((make, at) => make(at, random))
  const made = Array.from({ length: count - planted.length }, (_, at) => {
    const family = random.weighted(FAMILIES)
    return toFile(at + planted.length, family.name, family.make(random), random)
  })
  return [...planted, ...made].slice(0, count)
}

/** The lines of a rule's `detection`, and what it is about. */
interface Draft {
  readonly title: string
  readonly detection: readonly string[]
  readonly tags?: readonly string[]
}

interface Family {
  readonly name: string
  readonly weight: number
  readonly make: (random: Random) => Draft
}

const FAMILIES: readonly Family[] = [
  { name: 'object', weight: 31, make: objectRule },
  { name: 'pod', weight: 15, make: podRule },
  { name: 'custom-resource', weight: 14, make: customRule },
  { name: 'session', weight: 10, make: sessionRule },
  { name: 'role', weight: 8, make: roleRule },
  { name: 'image', weight: 6, make: imageRule },
  { name: 'refused', weight: 5, make: refusedRule },
  { name: 'user', weight: 4, make: userRule },
  { name: 'path', weight: 3, make: pathRule },
  { name: 'agent', weight: 2, make: agentRule },
  { name: 'annotation', weight: 1, make: annotationRule },
  { name: 'expression', weight: 1, make: expressionRule },
]

/** Who does what to objects of a name or in a namespace. */
function objectRule(random: Random): Draft {
  const kind = random.weighted(KINDS)
  const verbs = random.one(VERBS)
  const where = random.one<(random: Random) => string>([
    (r) => `objectRef.name: ${list(r, NAMES, 1 + r.below(4))}`,
    (r) => `objectRef.name|startswith: ${word(r)}-`,
    (r) => `objectRef.namespace: ${list(r, NAMESPACES, 1 + r.below(3))}`,
    (r) => `requestURI|contains: ${quoted(`/${word(r)}-${r.hex(3)}`)}`,
    (r) => `user.username: ${word(r)}@example.com`,
    () => 'actor.kind: anonymous',
  ])
  return {
    title: `${verbs[0]} of ${kind.resource}`,
    detection: [
      ...selection('what', [...requestOf(kind, verbs), where(random)]),
      ...condition(random, 'what'),
    ],
  }
}

function customRule(random: Random): Draft {
  const group = `${word(random)}.${random.one(['io', 'dev', 'com', 'sh'])}`
  const resource = `${word(random)}s`
  return {
    title: `Change of ${resource}.${group}`,
    detection: [
      ...selection('change', [
        `verb: [create, update, patch, delete]`,
        `objectRef.apiGroup: ${group}`,
        `objectRef.resource: ${resource}`,
      ]),
      ...condition(random, 'change'),
    ],
  }
}

/** What a pod or the template of a workload asks for. */
function podRule(random: Random): Draft {
  const ask = random.one<(random: Random) => readonly string[]>([
    () => ['pod.containers[].privileged: true'],
    () => ['pod.hostNetwork: true'],
    () => ['pod.hostPID: true'],
    (r) => [`pod.containers[].capabilitiesAdded: ${list(r, CAPABILITIES, 1 + r.below(4))}`],
    (r) => [`pod.volumes[].hostPath|startswith: /${word(r)}/`],
    (r) => [`pod.volumes[].hostPath: [/, /${word(r)}, /var/lib/${word(r)}]`],
    (r) => [`pod.serviceAccountName: ${word(r)}`],
    (r) => [
      `pod.containers[].kind: ${r.one(['init', 'ephemeral', 'container'])}`,
      `pod.containers[].command|contains: ${r.one(TOOLS)}`,
    ],
    (r) => [`pod.containers[].args|contains: ${quoted(`--${word(r)}=`)}`],
    (r) => ['pod.containers[].runAsUser: 0', `objectRef.namespace: ${r.one(NAMESPACES)}`],
    (r) => [`pod.nodeName|startswith: ${word(r)}`],
  ])
  const kinds = random.next() < 0.6 ? `[${WORKLOADS.join(', ')}]` : random.one(WORKLOADS)
  return {
    title: 'A part of a pod',
    detection: [
      ...selection('workload', [
        'verb: [create, update, patch]',
        `request.resource: ${kinds}`,
        ...ask(random),
      ]),
      ...condition(random, 'workload'),
    ],
  }
}

function imageRule(random: Random): Draft {
  const image = random.one(['contains', 'startswith', 'endswith'])
  return {
    title: 'An image',
    detection: [
      ...selection('image', [
        'verb: [create, update, patch]',
        `request.resource: [${WORKLOADS.join(', ')}]`,
        `pod.containers[].image|${image}: ${word(random)}/${word(random)}`,
      ]),
      ...condition(random, 'image'),
    ],
  }
}

/** What is run in containers, or through ports. */
function sessionRule(random: Random): Draft {
  const command = random.one<(random: Random) => string>([
    (r) => `exec.command|contains: ${list(r, TOOLS, 1 + r.below(5))}`,
    (r) => `exec.command|re: '(?:^|/)${r.one(TOOLS)}\\s+-${r.hex(1)}'`,
    (r) => `exec.container: ${word(r)}`,
    (r) => `objectRef.name|startswith: ${word(r)}-`,
    (r) => `objectRef.namespace: ${r.one(NAMESPACES)}`,
  ])
  const session = random.one(['exec', 'exec', 'exec', 'attach', 'portforward'])
  return {
    title: `A session by ${session}`,
    detection: [
      ...selection('session', [`request.resource: pods/${session}`, command(random)]),
      ...condition(random, 'session'),
    ],
  }
}

function roleRule(random: Random): Draft {
  const ask = random.one<(random: Random) => readonly string[]>([
    (r) => [
      'request.resource: [roles, clusterroles]',
      `grant.rules[].resources: ${list(r, [...NAMES, 'secrets', 'pods/exec'], 2)}`,
      `grant.rules[].verbs: ${list(r, ['get', 'list', 'create', '*', 'escalate', 'bind'], 2)}`,
    ],
    (r) => [
      'request.resource: [rolebindings, clusterrolebindings]',
      `binding.role.name: ${list(r, NAMES, 2)}`,
    ],
    (r) => [
      'request.resource: [rolebindings, clusterrolebindings]',
      `binding.subjects[].name|startswith: ${word(r)}`,
    ],
  ])
  return {
    title: 'Rights that are given',
    detection: [
      ...selection('rights', [
        'verb: [create, update, patch]',
        'request.apiGroup: rbac.authorization.k8s.io',
        ...ask(random),
      ]),
      ...condition(random, 'rights'),
    ],
  }
}

function refusedRule(random: Random): Draft {
  const kind = random.weighted(KINDS)
  return {
    title: `Refused change of ${kind.resource}`,
    detection: [
      ...selection('refused', [...requestOf(kind, random.one(VERBS)), 'outcome: denied']),
      ...condition(random, 'refused'),
    ],
  }
}

/** Asked of every request. */
function userRule(random: Random): Draft {
  const user = random.one<(random: Random) => string>([
    (r) => `user.username: ${list(r, NAMES, 1 + r.below(3), '@example.com')}`,
    (r) => `user.username: system:serviceaccount:${r.one(NAMESPACES)}:${word(r)}`,
    (r) => `actor.name: ${word(r)}-breakglass`,
    (r) => `user.groups: ${word(r)}-admins`,
    (r) => `impersonatedUser.username: ${word(r)}@example.com`,
  ])
  return {
    title: 'A user',
    detection: [...selection('user', [user(random)]), ...condition(random, 'user')],
  }
}

function pathRule(random: Random): Draft {
  const [get, path] = random.one<(random: Random) => readonly [boolean, string]>([
    (r) => [true, `requestURI|contains: ${quoted(`/proxy/${word(r)}`)}`],
    (r) => [true, `request.path|startswith: /${word(r)}/`],
    (r) => [false, `requestURI|contains: ${quoted(`${word(r)}=${r.hex(4)}`)}`],
  ])(random)
  return {
    title: 'A path',
    detection: [
      ...selection('path', [...(get ? ['verb: [get, list]'] : []), path]),
      ...condition(random, 'path'),
    ],
  }
}

function agentRule(random: Random): Draft {
  return {
    title: 'A tool of attackers by its name',
    detection: [
      ...selection('agent', [
        `userAgent|contains: ${list(random, AGENTS, 1 + random.below(3), `/${random.hex(2)}`)}`,
      ]),
      ...condition(random, 'agent'),
    ],
  }
}

function annotationRule(random: Random): Draft {
  return {
    title: 'What the API server noted',
    detection: [
      ...selection('note', [
        'verb: [create, update, patch, delete]',
        `annotations.authorization.k8s.io/reason|contains: ${quoted(`"${word(random)}"`)}`,
      ]),
      ...condition(random, 'note'),
    ],
  }
}

function expressionRule(random: Random): Draft {
  return {
    title: 'A name by an expression',
    detection: [
      ...selection('name', [
        'verb: [create, patch]',
        `objectRef.name|re: '^${word(random)}-[a-z0-9]{4,12}-x$'`,
      ]),
      ...condition(random, 'name'),
    ],
  }
}

const PLANTED: readonly ((at: number, random: Random) => RuleFile)[] = [
  (at, random) =>
    toFile(
      at,
      'planted',
      {
        title: 'The planted commands',
        detection: [
          ...selection('exec', ['request.resource: pods/exec', 'exec.command: id']),
          ...['  denied:', '    outcome: denied', '  condition: exec and not denied'],
        ],
        tags: ['detection.x01'],
      },
      random,
    ),
  (at, random) =>
    toFile(
      at,
      'planted',
      {
        title: 'The planted pods',
        detection: [
          ...selection('pod', [
            'verb: [create, update, patch]',
            `request.resource: [${WORKLOADS.join(', ')}]`,
            'pod.containers[].privileged: true',
          ]),
          ...['  controller:', '    actor.builtin: true', '    pod.raisedByAdmission: false'],
          '  condition: pod and not controller',
        ],
        tags: ['detection.x02'],
      },
      random,
    ),
]

const VERBS: readonly (readonly string[])[] = [
  ['create', 'update', 'patch'],
  ['create', 'update', 'patch', 'delete'],
  ['get', 'list', 'watch'],
  ['delete', 'deletecollection'],
  ['create'],
  ['list'],
  ['patch', 'update'],
]

const CAPABILITIES = ['SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE', 'BPF', 'SYS_MODULE', 'NET_RAW', 'ALL']

function requestOf({ resource, group }: Kind, verbs: readonly string[]): readonly string[] {
  return [
    `verb: [${verbs.join(', ')}]`,
    `request.resource: ${resource}`,
    ...(group === undefined ? [] : [`request.apiGroup: ${quoted(group)}`]),
  ]
}

function selection(name: string, tests: readonly string[]): readonly string[] {
  return [`  ${name}:`, ...tests.map((test) => `    ${test}`)]
}

/** Most rules set somebody or something aside. */
function condition(random: Random, name: string): readonly string[] {
  const asides = ASIDES.filter(() => random.next() < 0.4)
  const nots = asides.map(([aside]) => ` and not ${aside}`)
  return [
    ...asides.flatMap(([aside, comment, tests]) => [`  # ${comment}`, ...selection(aside, tests)]),
    `  condition: ${name}${nots.join('')}`,
  ]
}

const ASIDES: readonly (readonly [string, string, readonly string[]])[] = [
  ['controller', 'The control plane itself.', ['actor.builtin: true']],
  [
    'dry_run',
    'A dry run changes nothing. That a request is none is known from its first stage on.',
    ['request.dryRun: true', 'outcome: dry-run'],
  ],
  ['denied', 'Nothing came of it.', ['outcome: denied']],
]

function toFile(
  at: number,
  family: string,
  { title, detection, tags }: Draft,
  random: Random,
): RuleFile {
  const text = [
    `title: ${title} (${at})`,
    `id: ${random.uuid()}`,
    'status: test',
    'description: |',
    `  Somebody touched what belongs to ${word(random)}. Rules like this one say in a paragraph or two`,
    '  why it matters, what an attacker gains by it, and what of it cannot be seen in the log.',
    '',
    '  An attempt that was refused counts too, unless the rule says otherwise.',
    'references:',
    `  - https://kubernetes.io/docs/concepts/${word(random)}/${word(random)}/`,
    `  - https://attack.mitre.org/techniques/T1${100 + random.below(500)}/`,
    'author: somebody',
    'date: 2026-11-21',
    'tags:',
    `  - attack.t1${100 + random.below(500)}`,
    ...(tags ?? [`detection.y${at}`]).map((tag) => `  - ${tag}`),
    'logsource:',
    '  product: kubernetes',
    '  service: audit',
    'detection:',
    ...detection,
    'falsepositives:',
    `  - The ${word(random)} team at work, which should come from its own ServiceAccounts.`,
    `level: ${random.one(['low', 'medium', 'high'])}`,
    'summary: >-',
    '  {actor.name} did something to {request.resource}[ {target}]',
    '',
  ].join('\n')
  return { file: `${family}-${at}.yaml`, text }
}

function list(random: Random, words: readonly string[], count: number, end = ''): string {
  const chosen = Array.from({ length: count }, () => quoted(`${random.one(words)}${end}`))
  return chosen.length === 1 ? (chosen[0] ?? '') : `[${[...new Set(chosen)].join(', ')}]`
}

function quoted(text: string): string {
  return `'${text}'`
}

/** A word that is nobody's name. */
function word(random: Random): string {
  return random.suffix(3) + random.one(['a', 'e', 'i', 'o', 'u']) + random.suffix(3)
}
