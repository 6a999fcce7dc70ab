import { hash } from 'node:crypto'
import type { Severity } from '../../model/finding.ts'
import { type Digest, digestOf, WORST_FIRST } from './digest.ts'
import { blindnessSection, hiddenSection, inputSection } from './html/coverage.ts'
import { actorTable, findingFolds, techniqueTable } from './html/findings.ts'
import { html, Markup, when } from './html/markup.ts'
import { STYLE } from './html/style.ts'
import { timeline } from './html/timeline.ts'
import type { HuntResult } from './hunt-result.ts'
import { bytes, clockFor, count, counted, dateTime, duration, limitsOf, listed } from './words.ts'

/**
 * The report as one page for a reader without a terminal. It holds everything itself: no script,
 * and a security policy that allows nothing but its own style.
 */
export const htmlReport = (result: HuntResult): string => {
  const digest = digestOf(result)
  const found = result.report.findings.length > 0
  const { firstTime, lastTime } = result.report.totals
  const clock = clockFor(firstTime, lastTime)
  const style = `'sha256-${hash('sha256', STYLE, 'base64')}'`
  const policy = `default-src 'none'; style-src ${style}; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>deckwatch: ${headline(digest)}</title>
<style>${new Markup(STYLE)}</style></head><body>
${head(result, digest)}
<main>${tiles(result, digest)}
${when(found, () => html`<h2>Timeline</h2>${timeline(result, digest)}`)}
${when(found, () => html`${actorTable(digest, clock)}${findingFolds(digest, clock)}`)}
${when(digest.techniques.length > 0, () => techniqueTable(digest))}
${blindnessSection(digest)}
${hiddenSection(result)}
${inputSection(result)}</main>
<footer>deckwatch ${result.report.tool} · rules ${result.report.content.slice(0, 12)} ·
all times are UTC · addresses are the last hop that the API server saw</footer>
</body></html>
`.text
}

function headline(digest: Digest): string {
  const levels = WORST_FIRST.filter((level) => digest.bySeverity[level] > 0)
  if (levels.length === 0) return 'no finding'
  return listed(levels.map((level) => `${count(digest.bySeverity[level])} ${level}`))
}

function head(result: HuntResult, digest: Digest): Markup {
  const { report } = result
  const { firstTime, lastTime } = report.totals
  const clusters = [...new Set(report.inputs.map((input) => input.cluster))].sort()
  const window =
    firstTime === undefined || lastTime === undefined
      ? 'no event'
      : `${dateTime(firstTime)} → ${dateTime(lastTime)} UTC (${duration(firstTime, lastTime)})`
  const found = counted(report.findings.length, 'finding')
  const claim = report.findings.length === 0 ? `${found}` : `${found}: ${headline(digest)}`
  const read = [
    window,
    `${counted(report.totals.events, 'event')} in ${counted(report.inputs.length, 'file')}`,
    `${bytes(report.totals.bytes)}${blindClause(digest)}`,
  ]
  const limits = limitsOf(result.since, result.until)
  const names = clusters.slice(0, CLUSTERS_MAX).join(', ')
  return html`<header><div class="brand"><b>deckwatch</b> audit log hunt · ${names}</div>
<h1>${claim}</h1>
<p class="lead">${read.join(' · ')}</p>
${when(limits !== '', () => html`<p class="note">${limits}</p>`)}${when(!result.complete, () => html`<p><b>Interrupted:</b> only what was read until then.</p>`)}
</header>`
}

/** More clusters than this are not named in the head. */
const CLUSTERS_MAX = 5

function blindClause(digest: Digest): string {
  const blind = digest.blind.length
  const unproven = digest.unproven.length
  if (blind + unproven === 0) return ''
  return ` · ${counted(blind, 'rule')} partly blind, ${unproven} unproven`
}

function tiles({ report }: HuntResult, digest: Digest): Markup {
  const cannotTell = digest.blind.reduce((sum, row) => sum + row.cannotTell, 0)
  const tile = (level: Severity): Markup => {
    const findings = digest.bySeverity[level]
    const kind = findings === 0 ? 'none' : level
    return html`<div class="tile ${kind}"><b>${count(findings)}</b><span>${level}</span></div>`
  }
  return html`<div class="tiles">${WORST_FIRST.map(tile)}
<div class="tile"><b>${count(digest.actors.length)}</b><span>actors with findings</span></div>
<div class="tile"><b>${count(cannotTell)}</b><span>verdicts “cannot tell”</span></div>
<div class="tile"><b>${count(report.gaps.length)}</b><span>gaps in the log</span></div></div>`
}
