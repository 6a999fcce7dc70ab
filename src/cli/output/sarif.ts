import { catalogues } from '../catalogues.ts'
import { jsonLine } from './machine.ts'

/** How bad a result is, in SARIF's words. */
export type SarifLevel = 'none' | 'note' | 'warning' | 'error'

/** A rule that results refer to: SARIF's reportingDescriptor. */
export interface SarifRule {
  readonly id: string
  readonly name: string
  readonly short: string
  readonly full: string | undefined
  /** What to do about it, in plain text. */
  readonly help: string | undefined
  readonly helpUri: string | undefined
  readonly level: SarifLevel
  readonly properties: Readonly<Record<string, unknown>>
}

/** Where something lies: bytes of a log, or a line and column of a text. */
export interface SarifLocation {
  readonly file: string
  readonly region:
    | { readonly byteOffset: number; readonly byteLength: number }
    | { readonly startLine: number; readonly startColumn: number }
    | undefined
  readonly message: string | undefined
}

/** One thing that was found. */
export interface SarifResult {
  readonly ruleIndex: number
  readonly level: SarifLevel
  readonly message: string
  readonly location: SarifLocation | undefined
  readonly related: readonly SarifLocation[]
  /** What stays the same from run to run, under a name with a version, such as `finding/v1`. */
  readonly fingerprints: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, unknown>>
}

/** Something that a reader must know of the run as a whole. */
export interface SarifNotification {
  readonly ruleIndex: number
  readonly level: SarifLevel
  readonly message: string
}

/** One run of a command. */
export interface SarifRun {
  /** Of deckwatch. */
  readonly version: string
  readonly rules: readonly SarifRule[]
  readonly results: Iterable<SarifResult>
  readonly notifications: readonly SarifNotification[]
  readonly successful: boolean
  readonly properties: Readonly<Record<string, unknown>>
}

/**
 * A SARIF 2.1.0 log of one run, one result a line, in chunks that a slow reader takes one by one.
 */
export function* sarifLog(run: SarifRun): Generator<string> {
  yield `{"$schema":${jsonLine(SCHEMA)},"version":"2.1.0","runs":[{\n`
  yield `"tool":{"driver":${jsonLine(driver(run))}},\n`
  yield `"invocations":[${jsonLine(invocation(run))}],\n`
  yield `"columnKind":"utf16CodeUnits",\n"properties":${jsonLine(run.properties)},\n"results":[`
  let separator = '\n'
  for (const result of run.results) {
    yield `${separator}${jsonLine(toResult(result, run.rules))}`
    separator = ',\n'
  }
  yield '\n]}]}\n'
}

/** The file as a URI reference: relative where the path is. */
export const toUri = (file: string): string => {
  const parts = file.toWellFormed().split('/').map(encodeURIComponent).join('/')
  return file.startsWith('/') ? `file://${parts}` : parts
}

/** Text that no viewer takes for a link: `[a](b)` is one in a SARIF message. */
export const toMessage = (text: string): { readonly text: string } => ({
  text: text.replaceAll('](', '\\]('),
})

const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

const driver = ({ rules, version }: SarifRun): Record<string, unknown> => ({
  name: 'deckwatch',
  version,
  semanticVersion: version,
  rules: rules.map(toDescriptor),
  properties: { attackVersion: catalogues().attack.version },
})

/** A rule can be given by a user, so that its link is checked before a viewer offers it. */
const toDescriptor = (rule: SarifRule): Record<string, unknown> => ({
  id: rule.id,
  name: rule.name,
  shortDescription: toMessage(rule.short),
  ...(rule.full === undefined ? {} : { fullDescription: toMessage(rule.full) }),
  defaultConfiguration: { level: rule.level },
  ...(isLink(rule.helpUri) ? { helpUri: rule.helpUri } : {}),
  ...(rule.help === undefined ? {} : { help: toMessage(rule.help) }),
  properties: rule.properties,
})

const isLink = (uri: string | undefined): boolean =>
  uri !== undefined && /^https?:\/\/[\x21-\x7e]+$/.test(uri) && URL.canParse(uri)

const invocation = ({ rules, notifications, successful }: SarifRun): Record<string, unknown> => ({
  executionSuccessful: successful,
  toolExecutionNotifications: notifications.map(({ ruleIndex, level, message }) => ({
    level,
    message: toMessage(message),
    associatedRule: { id: rules[ruleIndex]?.id ?? '', index: ruleIndex },
  })),
})

const toResult = (result: SarifResult, rules: readonly SarifRule[]): Record<string, unknown> => ({
  ruleId: rules[result.ruleIndex]?.id ?? '',
  ruleIndex: result.ruleIndex,
  level: result.level,
  message: toMessage(result.message),
  locations: result.location === undefined ? [] : [toLocation(result.location)],
  ...(result.related.length === 0
    ? {}
    : { relatedLocations: result.related.map((one, i) => ({ id: i, ...toLocation(one) })) }),
  partialFingerprints: result.fingerprints,
  properties: result.properties,
})

const toLocation = ({ file, region, message }: SarifLocation): Record<string, unknown> => ({
  physicalLocation: {
    artifactLocation: { uri: toUri(file) },
    ...(region === undefined ? {} : { region }),
  },
  ...(message === undefined ? {} : { message: toMessage(message) }),
})
