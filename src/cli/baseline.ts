/**
 * The ids of the findings of an earlier run, from its NDJSON or JSON output. Undefined: the text is
 * neither.
 */
export const parseBaseline = (text: string): ReadonlySet<string> | undefined => {
  const whole = parsed(text)
  const findings = isRecord(whole) && isRecord(whole.report) ? whole.report.findings : undefined
  if (Array.isArray(findings)) return idsOf(findings)
  return idsOf(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(parsed),
  )
}

function idsOf(findings: readonly unknown[]): ReadonlySet<string> | undefined {
  const ids = new Set<string>()
  for (const finding of findings) {
    if (!isRecord(finding) || typeof finding.id !== 'string') return undefined
    ids.add(finding.id)
  }
  return ids
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Not JSON: the caller tries another shape, or refuses the file.
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
