import { LIMIT } from '../../base/limit.ts'
import { YES } from '../../base/truth.ts'
import type { CorrelationVerdict } from '../../sigma/correlate/hit.ts'
import { groupName } from './places.ts'

/** What a correlation began for a group, and what became of it. */
export interface Episode {
  readonly group: string
  verdict: CorrelationVerdict
  /** What its finding showed when it was told, as a digest; empty: told by another process. */
  told: string | undefined
  /** The last match that belongs to it, as far as is known, and how many came after it began. */
  untilUs: number
  following: number
  /** How many of those its finding shows. */
  shown: number
}

/** What correlations began of late, by group, in the order of time. */
export class Episodes {
  readonly #byGroup = new Map<string, Episode[]>()
  /** By the groups where what began counts in its turn. */
  readonly #below = new Map<string, Episode[]>()
  /** In the order in which they were added. */
  readonly #all = new Set<Episode>()
  /** Those with matches that their findings do not show. */
  readonly #going = new Set<Episode>()

  add(verdict: CorrelationVerdict): Episode {
    const group = groupName(verdict)
    const untilUs = verdict.atUs
    const episode = { group, verdict, told: undefined, untilUs, following: 0, shown: 0 }
    this.#all.add(episode)
    this.#place(episode)
    this.#forgetFirst()
    return episode
  }

  in(group: string): readonly Episode[] {
    return this.#byGroup.get(group) ?? []
  }

  /** What began below, in the window of an episode, and below that. */
  below({ group, verdict: { fromUs, atUs } }: Episode): readonly Episode[] {
    return (this.#below.get(group) ?? [])
      .filter(({ verdict }) => verdict.atUs >= fromUs && verdict.atUs <= atUs)
      .flatMap((one) => [one, ...this.below(one)])
  }

  /** A match in a group: it may belong to what began there last. */
  follow(group: string, timeUs: number, spanUs: number): Episode | undefined {
    const last = this.#byGroup.get(group)?.at(-1)
    if (last === undefined || last.verdict.truth !== YES || last.told === undefined)
      return undefined
    if (timeUs <= last.verdict.atUs || timeUs - last.untilUs > spanUs) return undefined
    last.untilUs = Math.max(last.untilUs, timeUs)
    last.following += 1
    this.#going.add(last)
    return last
  }

  /** Those that went on after what their findings show. */
  going(): readonly Episode[] {
    return [...this.#going]
  }

  /** All of it is shown. */
  settle(episode: Episode): void {
    episode.shown = episode.following
    this.#going.delete(episode)
  }

  remove(episode: Episode): void {
    this.#all.delete(episode)
    this.#going.delete(episode)
    this.#displace(episode)
  }

  /** It was judged again, and began in another way. */
  amend(episode: Episode, verdict: CorrelationVerdict): void {
    this.#displace(episode)
    episode.verdict = verdict
    this.#place(episode)
  }

  /** Forgets those that nothing can bear on any more. */
  forget(isOver: (episode: Episode) => boolean): void {
    for (const episode of this.#all) if (isOver(episode)) this.remove(episode)
  }

  #place(episode: Episode): void {
    const { group, verdict } = episode
    const own = [...this.in(group), episode]
    this.#byGroup.set(
      group,
      own.sort((a, b) => a.verdict.atUs - b.verdict.atUs),
    )
    for (const place of verdict.hit.up) {
      const upper = groupName(place)
      this.#below.set(upper, [...(this.#below.get(upper) ?? []), episode])
    }
  }

  #displace(episode: Episode): void {
    removeFrom(this.#byGroup, episode.group, episode)
    for (const place of episode.verdict.hit.up) {
      removeFrom(this.#below, groupName(place), episode)
    }
  }

  #forgetFirst(): void {
    if (this.#all.size <= LIMIT.liveEpisodesMax) return
    const [first] = this.#all
    if (first !== undefined) this.remove(first)
  }
}

const removeFrom = (map: Map<string, Episode[]>, name: string, episode: Episode): void => {
  const left = (map.get(name) ?? []).filter((one) => one !== episode)
  if (left.length === 0) map.delete(name)
  else map.set(name, left)
}
