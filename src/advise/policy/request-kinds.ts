import { UNKNOWN, YES } from '../../base/truth.ts'
import { isOfKey, keyAccess, type RequestKey } from '../../detect/schema.ts'
import { emitLeaf, type Predicate } from '../../sigma/emit/predicate.ts'
import { leaves } from '../../sigma/plan/leaves.ts'
import type { Leaf, Plan } from '../../sigma/plan/plan.ts'
import { specialise } from '../../sigma/plan/specialise.ts'
import { OTHER_TYPE, PATH_VERBS, RESOURCE_TYPES, type ResourceType } from './resource-types.ts'

/** Kinds of request that differ in their verbs alone. */
export interface NeededRequests {
  /** The API group, the core group as the empty text; null: any. */
  readonly group: string | null
  /** `pods`, or `pods/exec`; `*`: any; null: a request that is not about objects. */
  readonly resource: string | null
  /** In the order in which they are known. */
  readonly verbs: readonly string[]
}

/** The kinds of request that a plan can say "yes" to, as far as the kind alone decides. */
export const kindsOf = (plan: Plan): readonly NeededRequests[] => {
  const anyVerbs = verbsFor(plan, OTHER_TYPE)
  const others = { group: null, resource: '*', verbs: anyVerbs }
  const own = typesFor(plan).map(
    (type): NeededRequests => ({
      group: type.group,
      resource: nameOfType(type),
      verbs: verbsFor(plan, type).filter((verb) => !anyVerbs.includes(verb)),
    }),
  )
  const paths = PATH_VERBS.filter((verb) => restFor(plan, pathKey(verb)) !== false)
  const all = [...own, others, { group: null, resource: null, verbs: paths }]
  return all.filter(({ verbs }) => verbs.length > 0)
}

/** The types that a plan tells apart from others, and those that it alone knows. */
export const typesFor = (plan: Plan): readonly ResourceType[] => {
  const tests = leaves(plan).filter(isOfType).map(keyTest)
  const isNamed = (key: RequestKey): boolean => tests.some((test) => test(key) === YES)
  const known = KNOWN_KEYS.filter(({ key }) => isNamed(key)).map(({ type }) => type)
  return [...known, ...unknownTypes(plan)]
}

/** What is left of a plan for one kind of request; false: it is "no" to all of them. */
export const restFor = (plan: Plan, key: RequestKey): Plan | boolean => {
  const asked = ASKED.get(plan) ?? new AskedPlan(plan)
  ASKED.set(plan, asked)
  return asked.restFor(key)
}

/** The kind of a request for an object of a type. */
export const keyOf = (type: ResourceType, verb: string): RequestKey => ({
  verb,
  isResource: true,
  resource: type.resource,
  subresource: type.subresource === '' ? undefined : type.subresource,
  apiGroup: type.group === '' ? undefined : type.group,
})

/** The kind of a request that is not about objects. */
export const pathKey = (verb: string): RequestKey => ({
  ...{ verb, isResource: false },
  ...{ resource: undefined, subresource: undefined, apiGroup: undefined },
})

/** `pods`, or `pods/exec`. */
export const nameOfType = ({
  resource,
  subresource,
}: Pick<ResourceType, 'resource' | 'subresource'>): string =>
  subresource === '' ? resource : `${resource}/${subresource}`

/** No test of a type asks for the verb. */
const KNOWN_KEYS = RESOURCE_TYPES.map((type) => ({ type, key: keyOf(type, '') }))

const KNOWN_NAMES: ReadonlySet<string> = new Set(
  RESOURCE_TYPES.map((type) => nameOfType(type).toLowerCase()),
)

const verbsFor = (plan: Plan, type: ResourceType): readonly string[] =>
  type.verbs.filter((verb) => restFor(plan, keyOf(type, verb)) !== false)

const isOfType = ({ field }: Leaf): boolean =>
  field === 'request.resource' ||
  field === 'request.apiGroup' ||
  field === 'objectRef.resource' ||
  field === 'objectRef.subresource' ||
  field === 'objectRef.apiGroup'

/** A plan is asked of many kinds. */
const ASKED = new WeakMap<Plan, AskedPlan>()

/** What is left of a plan where tests of the kind are answered, kept by the answers. */
class AskedPlan {
  readonly #plan: Plan
  readonly #tests: readonly { readonly leaf: Leaf; readonly test: Predicate<RequestKey> }[]
  readonly #byAnswers = new Map<string, Plan | boolean>()

  constructor(plan: Plan) {
    this.#plan = plan
    this.#tests = leaves(plan)
      .filter(({ field, test }) => isOfKey(field) && test.kind !== 'same')
      .map((leaf) => ({ leaf, test: keyTest(leaf) }))
  }

  restFor(key: RequestKey): Plan | boolean {
    const truths = this.#tests.map(({ test }) => test(key))
    const text = truths.join('')
    const known = this.#byAnswers.get(text)
    if (known !== undefined) return known
    const answers = new Map(this.#tests.map(({ leaf }, at) => [leaf, truths[at]]))
    const rest = specialise(this.#plan, (leaf) => {
      const truth = answers.get(leaf) ?? UNKNOWN
      return truth === UNKNOWN ? undefined : truth === YES
    })
    this.#byAnswers.set(text, rest)
    return rest
  }
}

const keyTest = (leaf: Leaf): Predicate<RequestKey> => emitLeaf(leaf, keyAccess.value)

/** Types that the plan names and nobody knows, in a group that it names where it asks for one. */
const unknownTypes = (plan: Plan): readonly ResourceType[] => {
  const named = textsOf(plan, 'request.resource')
  const groups = textsOf(plan, 'request.apiGroup').filter((group) => group.includes('.'))
  return named
    .filter((name) => name !== '' && !KNOWN_NAMES.has(name))
    .flatMap((name) => {
      const [resource = '', subresource = ''] = name.split('/')
      const type = { ...OTHER_TYPE, resource, subresource }
      if (verbsFor(plan, type).length > 0) return [type]
      // The plan says of which group.
      const named = groups.map((group) => ({ ...type, group }))
      return named.filter((one) => verbsFor(plan, one).length > 0)
    })
}

/** The texts that a field is compared with in whole. */
export const textsOf = (plan: Plan, field: string): readonly string[] => [
  ...new Set(
    leaves(plan).flatMap((leaf) =>
      leaf.field === field && leaf.test.kind === 'equals' ? leaf.test.texts : [],
    ),
  ),
]
