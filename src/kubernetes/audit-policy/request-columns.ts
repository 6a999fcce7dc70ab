import type { PolicyRequest } from './policy.ts'

/** A column of values, each written once, and for each row which of them it has. */
export interface Dictionary<T> {
  readonly values: readonly T[]
  readonly codes: Uint32Array
}

/**
 * Many requests, column by column, as a store of events gives them: what a policy asks of them, and
 * the bytes of their events. All columns have `length` rows.
 */
export interface RequestColumns {
  readonly length: number
  /** Undefined: the authentication failed. */
  readonly user: Dictionary<string | undefined>
  readonly groups: Dictionary<readonly string[]>
  readonly verb: Dictionary<string>
  readonly apiGroup: Dictionary<string>
  /** Undefined: the request is not about an object. */
  readonly resource: Dictionary<string | undefined>
  readonly subresource: Dictionary<string>
  readonly namespace: Dictionary<string>
  readonly name: Dictionary<string>
  readonly path: Dictionary<string>
  readonly bytes: Uint32Array
}

/** Makes columns of requests, one row at a time. */
export class RequestColumnsBuilder {
  readonly #user = new Column<string | undefined>()
  readonly #groups = new Column<readonly string[]>()
  readonly #verb = new Column<string>()
  readonly #apiGroup = new Column<string>()
  readonly #resource = new Column<string | undefined>()
  readonly #subresource = new Column<string>()
  readonly #namespace = new Column<string>()
  readonly #name = new Column<string>()
  readonly #path = new Column<string>()
  readonly #bytes = new Numbers()

  /** Adds a request, and the bytes of its event. */
  add({ user, verb, resource, path }: PolicyRequest, bytes: number): void {
    const groups = user?.groups ?? []
    this.#user.add(user?.name, user === undefined ? '' : `.${user.name}`)
    this.#groups.add(groups, groups.length === 0 ? '' : JSON.stringify(groups))
    this.#verb.add(verb, verb)
    this.#apiGroup.add(resource?.group ?? '', resource?.group ?? '')
    this.#resource.add(resource?.resource, resource === undefined ? '' : `.${resource.resource}`)
    this.#subresource.add(resource?.subresource ?? '', resource?.subresource ?? '')
    this.#namespace.add(resource?.namespace ?? '', resource?.namespace ?? '')
    this.#name.add(resource?.name ?? '', resource?.name ?? '')
    // A policy asks for the path only where there is no object.
    const asked = resource === undefined ? path : ''
    this.#path.add(asked, asked)
    this.#bytes.add(bytes)
  }

  /** What was added so far. */
  finish(): RequestColumns {
    const bytes = this.#bytes.finish()
    return {
      length: bytes.length,
      user: this.#user.finish(),
      groups: this.#groups.finish(),
      verb: this.#verb.finish(),
      apiGroup: this.#apiGroup.finish(),
      resource: this.#resource.finish(),
      subresource: this.#subresource.finish(),
      namespace: this.#namespace.finish(),
      name: this.#name.finish(),
      path: this.#path.finish(),
      bytes,
    }
  }
}

class Column<T> {
  readonly #values: T[] = []
  readonly #known = new Map<string, number>()
  readonly #codes = new Numbers()

  /** Values with the same key are the same. */
  add(value: T, key: string): void {
    let code = this.#known.get(key)
    if (code === undefined) {
      code = this.#values.length
      this.#known.set(key, code)
      this.#values.push(value)
    }
    this.#codes.add(code)
  }

  finish(): Dictionary<T> {
    return { values: [...this.#values], codes: this.#codes.finish() }
  }
}

/** Numbers of 32 bits in an array that doubles. */
class Numbers {
  #all = new Uint32Array(1_024)
  #length = 0

  add(one: number): void {
    if (this.#length === this.#all.length) {
      const larger = new Uint32Array(2 * this.#length)
      larger.set(this.#all)
      this.#all = larger
    }
    this.#all[this.#length++] = one
  }

  finish(): Uint32Array {
    return this.#all.slice(0, this.#length)
  }
}
