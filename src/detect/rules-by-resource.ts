import { foldAscii } from '../sigma/match/fold.ts'
import type { CompiledRule } from './compile.ts'
import type { RequestKey } from './schema.ts'

/**
 * The rules by the resource that they need, so that a new kind of request looks at few of them.
 * It may only over-approximate.
 */
export class RulesByResource {
  /** Those that need none. */
  readonly any: number[] = []
  readonly #byWhole = new Map<string, number[]>()
  readonly #byPlain = new Map<string, number[]>()

  constructor(rules: readonly CompiledRule[]) {
    for (const [rule, { needs }] of rules.entries()) {
      const whole = needs.get('request.resource')
      const plain = needs.get('objectRef.resource')
      if (whole !== undefined) addTo(this.#byWhole, whole, rule)
      else if (plain !== undefined) addTo(this.#byPlain, plain, rule)
      else this.any.push(rule)
    }
  }

  /** In the order of the rule set. */
  of({ isResource, resource, subresource }: RequestKey): readonly number[] {
    // Of a request whose resource is not said any rule may be about it.
    if (isResource && !resource) return this.#all()
    if (resource === undefined) return this.any
    const whole = subresource ? `${resource}/${subresource}` : resource
    const found = [
      ...this.any,
      ...(this.#byWhole.get(foldAscii(whole)) ?? []),
      ...(this.#byPlain.get(foldAscii(resource)) ?? []),
    ]
    return found.sort((a, b) => a - b)
  }

  #all(): readonly number[] {
    const lists = [this.any, ...this.#byWhole.values(), ...this.#byPlain.values()]
    return [...new Set(lists.flat())].sort((a, b) => a - b)
  }
}

const addTo = (byText: Map<string, number[]>, texts: ReadonlySet<string>, rule: number): void => {
  for (const text of texts) {
    const same = byText.get(text)
    if (same === undefined) byText.set(text, [rule])
    else same.push(rule)
  }
}
