import { gradeOf } from '../../advise/lint/lints.ts'
import { checkFlags, type FlagRequest } from '../../advise/policy/flags/check-flags.ts'
import { flagFigures } from '../../advise/policy/flags/flag-figures.ts'
import { FLAG_FORMS, printFlags } from '../../advise/policy/flags/print-flags.ts'
import type { Issue } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { AUDIT_FOLDER, apiserverFlags } from '../../kubernetes/audit-flags/advised-flags.ts'
import {
  type FoundFlags,
  flagsOfWords,
  readFlags,
} from '../../kubernetes/audit-flags/read-flags.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { kindOfIssue } from '../issue-tables.ts'
import { flagLines, type ReleaseSource } from '../output/flags-text.ts'
import { jsonLine } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { nameOf, readBytes, readPolicy } from '../policy-file.ts'
import { CommandError, columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch policy flags`. */
export const runPolicyFlags = async (given: Given, shell: Shell): Promise<number> => {
  const version = given.text('kubernetes-version')
  const asked = version === undefined ? undefined : minorOf(version)
  const [rate, eventBytes] = [numberOf(given, 'rate'), numberOf(given, 'event-bytes')]
  const form = FLAG_FORMS.find((one) => one === given.text('print'))
  if (form !== undefined) {
    await shell.output.write(printFlags(form, asked ?? MINOR, { rate, eventBytes }))
    return EXIT.nothing
  }
  const policy = given.text('policy')
  const found = await foundBy(given)
  const request: FlagRequest = {
    found,
    minor: asked ?? found.release?.minor ?? MINOR,
    rate,
    eventBytes,
    policy: policy === undefined ? undefined : (await readPolicy(policy, shell)).policy,
  }
  const source = asked !== undefined ? 'option' : found.release === undefined ? 'assumed' : 'file'
  const issues = checkFlags(request).toSorted((one, other) => weightOf(one) - weightOf(other))
  if (given.text('format') === 'json') {
    await shell.output.write(`${jsonLine(recordOf(request, source, issues))}\n`)
  } else {
    const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
    const lines = flagLines(request, source, issues, columnsOf(shell.output, shell), palette)
    await shell.output.write(`${lines.join('\n')}\n`)
  }
  return issues.some((issue) => gradeOf(issue) !== 'note') ? EXIT.findings : EXIT.nothing
}

const GRADES: readonly string[] = ['error', 'warning', 'note']

const weightOf = (issue: Issue): number => GRADES.indexOf(gradeOf(issue))

/** Of the newest release of Kubernetes whose flags are known. */
const MINOR = 36

const minorOf = (version: string): number => {
  const [, minor] = /^v?1\.(\d{1,3})(?:[.+-].*)?$/.exec(version) ?? []
  if (minor !== undefined) return Number(minor)
  throw wrong(`"${version}" is no release of Kubernetes`, 'write it as 1.36')
}

const numberOf = (given: Given, name: string): number => {
  const value = Number(given.text(name))
  if (value > 0 && value <= NUMBER_MAX) return value
  throw wrong(`--${name} must be a number above 0, up to ${NUMBER_MAX}`, `such as --${name} 1000`)
}

const NUMBER_MAX = 1_000_000_000

/** Flags of a file, of a line of text, or of the arguments themselves. */
async function foundBy(given: Given): Promise<FoundFlags> {
  const [first, ...more] = given.arguments
  if (first === undefined) {
    throw wrong(
      'no flags are given',
      'name a file, give flags behind --, or --print what is advised',
    )
  }
  const isFlag = /^--?[a-z]/.test(first) || /(^|\/)(kube-)?apiserver$/.test(first)
  if (isFlag || more.length > 0) {
    const words = isFlag ? given.arguments : more
    const own = flagsOfWords(words, {})
    if (isFlag) return { form: 'arguments', flags: own, mounts: undefined, release: undefined }
    const file = await foundIn(first)
    return { ...file, flags: [...file.flags, ...own] }
  }
  return foundIn(first)
}

async function foundIn(path: string): Promise<FoundFlags> {
  const isLine = /\s--?audit/.test(path)
  const bytes = isLine ? Buffer.from(path) : await readBytes(path, LIMIT.yamlBytesMax)
  const name = isLine ? '' : nameOf(path)
  if (bytes.length > LIMIT.yamlBytesMax) {
    throw new CommandError(
      EXIT.badInput,
      `${name} is larger than ${LIMIT.yamlBytesMax} bytes`,
      'name another file',
    )
  }
  const found = readFlags(bytes, name)
  if (typeof found !== 'string') return found
  throw new CommandError(
    EXIT.badInput,
    `${name}: ${found}`,
    'name a manifest, a configuration or a command line of kube-apiserver, or give flags behind --',
  )
}

/** What `--format json` writes. Every key is always there; null where there is nothing. */
const recordOf = (
  request: FlagRequest,
  source: ReleaseSource,
  issues: readonly Issue[],
): Readonly<Record<string, unknown>> => ({
  form: request.found.form,
  kubernetes: `1.${request.minor}`,
  kubernetesFrom: source,
  kubernetesAt: source === 'file' ? (request.found.release?.at ?? null) : null,
  rate: request.rate,
  eventBytes: request.eventBytes,
  flags: request.found.flags,
  findings: issues.map((issue) => ({
    code: issue.code,
    grade: gradeOf(issue),
    message: issue.message,
    at: issue.at,
    about: kindOfIssue(issue)?.about ?? null,
    remedy: kindOfIssue(issue)?.remedy ?? null,
  })),
  figures: flagFigures(request),
  advised: apiserverFlags(`${AUDIT_FOLDER}/webhook.yaml`, request),
})
