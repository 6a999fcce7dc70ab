import { loadPolicy } from '../../kubernetes/audit-policy/load/load-policy.ts'
import { effectiveOf } from '../../kubernetes/audit-policy/load/to-json.ts'
import type { LoadedPolicy, PolicyFault, Refusal } from '../../kubernetes/audit-policy/policy.ts'
import type { Given } from '../command.ts'
import { jsonLine } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { policyLines } from '../output/policy-text.ts'
import { nameOf, readPolicyBytes } from '../policy-file.ts'
import { columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch policy show`. */
export const runPolicyShow = async (given: Given, shell: Shell): Promise<number> => {
  const file = given.arguments[0] ?? '-'
  const loaded = loadPolicy(await readPolicyBytes(file), nameOf(file))
  if (given.text('format') === 'json') {
    await shell.output.write(`${jsonLine(recordOf(loaded))}\n`)
  } else {
    const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
    const lines = policyLines(loaded, columnsOf(shell.output, shell), palette)
    await shell.output.write(`${lines.join('\n')}\n`)
  }
  if (loaded.policy === undefined) return EXIT.badInput
  return loaded.faults.length > 0 ? EXIT.findings : EXIT.nothing
}

/** What `--format json` writes. Every key is always there; null where there is nothing. */
interface PolicyRecord {
  /** Whether an API server starts with it. */
  readonly accepted: boolean
  /** Why not, in its own words. */
  readonly refused: string | null
  /** Where the first reason lies. */
  readonly refusedAt: LoadedPolicy['refusedAt'] | null
  /** The reasons one by one, with what is meant where the message hides it. */
  readonly refusals: readonly RefusalRecord[]
  /** What it drops, and says only in its own log. */
  readonly warnings: readonly WarningRecord[]
  /** The policy in force, as an API server would write it. */
  readonly effective: ReturnType<typeof effectiveOf> | null
}

interface RefusalRecord extends Omit<Refusal, 'meaning'> {
  readonly meaning: string | null
}

interface WarningRecord extends PolicyFault {
  readonly code: string
}

const recordOf = (loaded: LoadedPolicy): PolicyRecord => ({
  accepted: loaded.policy !== undefined,
  refused: loaded.refused ?? null,
  refusedAt: loaded.refusedAt ?? null,
  refusals: loaded.refusals.map((one) => ({ ...one, meaning: one.meaning ?? null })),
  warnings: loaded.faults.map((fault) => ({ code: `policy/${fault.kind}`, ...fault })),
  effective: effectiveOf(loaded) ?? null,
})
