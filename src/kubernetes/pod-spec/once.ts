/** Computes at the first call and keeps: not every rule on pods asks for everything. */
export const once = <T>(compute: () => T): (() => T) => {
  let kept: { readonly value: T } | undefined
  return () => {
    kept ??= { value: compute() }
    return kept.value
  }
}
