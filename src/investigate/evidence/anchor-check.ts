import type { KeyObject } from 'node:crypto'
import { logSourceName } from '../../model/delivery.ts'
import { type Anchor, readAnchor } from '../../store/evidence/anchor.ts'
import type { ChainHead } from '../../store/evidence/chain.ts'
import { linesOf } from './lines.ts'
import type { Problems } from './problem.ts'

/** A head that was anchored, and when last. */
export interface AnchoredHead extends ChainHead {
  readonly instance: string
  readonly at: string
}

/** What is known of the links of one chain that were anchored: the digest that each number has. */
export type AnchoredLinks = (
  instance: string,
  source: ChainHead['source'],
  heads: readonly AnchoredHead[],
) => Promise<ReadonlyMap<number, string>>

/** Instead of a digest: nothing is known of this link, and it is not compared. */
export const UNKNOWN_LINK = ''

/**
 * Compares every head that was ever anchored with the links that are there. `lookUp` is asked for
 * few of them at a time. Gives how many lines were read.
 */
export const checkAnchor = async (
  problems: Problems,
  file: string,
  keys: readonly KeyObject[],
  lookUp: AnchoredLinks,
): Promise<number> => {
  let heads = new Map<string, AnchoredHead>()
  let lines = 0
  for await (const { text, number, ended } of linesOf(file, false)) {
    const anchor = anchorIn(text, keys)
    if (anchor === undefined) {
      if (ended) problems.problem('forged', `${file}:${number}`, 'no key of ours signed this line')
      else problems.note(`${file}:${number} was not written to its end`)
      continue
    }
    lines += 1
    for (const head of anchor.heads) {
      const key = `${anchor.instance} ${logSourceName(head.source)} ${head.number} ${head.link}`
      heads.set(key, { ...head, instance: anchor.instance, at: anchor.at })
    }
    if (heads.size < HEADS_PER_STEP) continue
    await compare(problems, heads, lookUp)
    heads = new Map()
  }
  await compare(problems, heads, lookUp)
  if (lines === 0) problems.note(`${file} anchors nothing`)
  return lines
}

const HEADS_PER_STEP = 5_000

/** What every line begins with. A write that was cut off stands before one, without a newline. */
const BEGIN = '{"format":"deckwatch-anchor-1"'

const anchorIn = (text: string, keys: readonly KeyObject[]): Anchor | undefined => {
  const own = text.slice(Math.max(0, text.lastIndexOf(BEGIN)))
  for (const key of keys) {
    const anchor = readAnchor(own, key)
    if (anchor !== undefined) return anchor
  }
  return undefined
}

const compare = async (
  problems: Problems,
  heads: ReadonlyMap<string, AnchoredHead>,
  lookUp: AnchoredLinks,
): Promise<void> => {
  const bySource = Map.groupBy(
    heads.values(),
    ({ instance, source }) => `${instance} ${logSourceName(source)}`,
  )
  for (const some of bySource.values()) {
    const [first] = some
    if (first === undefined) continue
    const { instance, source } = first
    const links = await lookUp(instance, source, some)
    for (const { number, link, at } of some) {
      const where = `${logSourceName(source)} link ${number}`
      const stored = links.get(number)
      if (stored === undefined) {
        problems.problem('rolled-back', where, `it was anchored at ${at}, and is not there`)
      } else if (stored !== link && stored !== UNKNOWN_LINK) {
        problems.problem('rolled-back', where, `it is not the one that was anchored at ${at}`)
      }
    }
  }
}
