/** Throws when `condition` is false: a bug of ours, which nothing catches. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`)
}

/** Ends an exhaustive `switch`: a new member of the union becomes a type error here. */
export function unreachable(value: never): never {
  throw new Error(`bug: unreachable, got ${JSON.stringify(value)}`)
}
