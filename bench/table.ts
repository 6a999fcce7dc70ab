import { availableParallelism, cpus, totalmem } from 'node:os'
import { type Measured, reaches } from './figure.ts'
import type { Skipped } from './peers.ts'

/** The figures as a Markdown table, those that were skipped at its end. */
export const toTable = (all: readonly Measured[], skipped: readonly Skipped[]): string =>
  [
    '| Figure | What | Measured | ± | Floor | Target | |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...all.map(row),
    ...skipped.map(
      ({ id, about, why }) => `| ${id} | ${about} | – | – | – | – | skipped: ${why} |`,
    ),
  ].join('\n')

/** What the figures were measured on, in a sentence. */
export const machine = (): string =>
  `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}, ` +
  `${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, ` +
  `Node.js ${process.version}`

function row({ figure, value, deviation, refused, note }: Measured): string {
  const arrow = figure.better === 'lower' ? '≤' : '≥'
  const verdict = reaches(figure, value, figure.target)
    ? 'target reached'
    : reaches(figure, value, figure.floor)
      ? 'above the floor'
      : 'BELOW THE FLOOR'
  const cells = [
    figure.id,
    figure.about,
    `**${number(value)}** ${figure.unit}`,
    number(deviation),
    `${arrow} ${figure.floor}`,
    `${arrow} ${figure.target}`,
    [verdict, refused ? 'restless machine' : '', note].filter((text) => text !== '').join('; '),
  ]
  return `| ${cells.join(' | ')} |`
}

function number(value: number): string {
  return value >= 20 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3)
}
