import { type MinimalPolicy, minimalPolicy } from '../../advise/policy/minimal.ts'
import { Simulation, type SimulationResult } from '../../advise/policy/simulate.ts'
import { RecordedEvent } from '../../advise/policy/simulate-record.ts'
import type { Given } from '../command.ts'
import { readCoveredRules } from '../covered-rules.ts'
import { jsonLine, toRuleRecord } from '../output/machine.ts'
import { minimalYaml } from '../output/minimal-text.ts'
import { perDayOf } from '../output/simulation-record.ts'
import { readPolicyEvents } from '../policy-events.ts'
import { CommandError, EXIT, type Shell } from '../shell.ts'

/** Runs `deckwatch policy minimal`. */
export const runPolicyMinimal = async (given: Given, shell: Shell): Promise<number> => {
  const covered = await readCoveredRules(
    { rules: given.texts('rules'), lists: given.texts('lists'), only: given.texts('rule') },
    shell,
  )
  const minimal = minimalPolicy(covered)
  if (minimal.policy.rules.length === 0) {
    throw new CommandError(
      EXIT.badInput,
      'these rules need no policy',
      'they are about the log itself: deckwatch serve watches it',
    )
  }
  const events = given.texts('events')
  const simulation = new Simulation(minimal.policy)
  const read = await simulate(events, given, shell, simulation)
  const cost = events.length === 0 ? undefined : simulation.result()
  const text =
    given.text('format') === 'json'
      ? `${jsonLine(minimalRecord(minimal, cost))}\n`
      : minimalYaml(minimal, cost)
  await shell.output.write(text)
  return read
}

async function simulate(
  paths: readonly string[],
  given: Given,
  shell: Shell,
  simulation: Simulation,
): Promise<number> {
  if (paths.length === 0) return EXIT.nothing
  const read = await readPolicyEvents(given, paths, shell, (event, block, offset) => {
    simulation.add(new RecordedEvent(event, block, offset))
  })
  return read.exit
}

/**
 * `--format json`: `{yaml, rules, detections, byPlan, aboutLogs, withheld, exposed, cost}`. `rules`
 * are those of the policy, from 0; null is no log given.
 */
function minimalRecord(
  minimal: MinimalPolicy,
  cost: SimulationResult | undefined,
): Record<string, unknown> {
  const { policy, neededBy, coverage, byPlan, aboutLogs, withheld, exposed } = minimal
  return {
    yaml: minimalYaml(minimal, cost),
    rules: policy.rules.map(({ level }, rule) => ({
      ...{ rule, level, neededBy: (neededBy[rule] ?? []).map(({ id }) => id) },
    })),
    detections: coverage.map(({ rule, state, cases }) => ({
      ...{ ...toRuleRecord(rule), state, cases: cases.length },
      match: cases.filter(({ got }) => got === 'match').length,
    })),
    byPlan: byPlan.map(({ id }) => id),
    aboutLogs: aboutLogs.map(({ id }) => id),
    withheld: withheld.map(({ rule, kind, wanted }) => ({ rule: rule.ref.id, ...kind, wanted })),
    exposed: exposed.map(({ rule, kind }) => ({ rule: rule.ref.id, ...kind })),
    cost:
      cost === undefined
        ? null
        : {
            ...{ recorded: cost.total.recorded, logged: cost.total.logged },
            ...{ unknownBytes: cost.total.unknownBytes, perDay: perDayOf(cost) ?? null },
          },
  }
}
