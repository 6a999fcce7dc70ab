import { decodeBase64 } from './base64.ts'
import { readValues, TAG, textOf, type Value } from './der.ts'

/** Whom a certificate request names: a user and groups, as Kubernetes reads certificates. */
export interface Subject {
  readonly commonName: string | undefined
  readonly organizations: readonly string[]
}

/**
 * The subject of a PEM certificate request; undefined if it is none. The first block that decodes
 * counts. Upstream: RFC 2986, RFC 7468, golang encoding/pem, and kubernetes/kubernetes
 * pkg/apis/certificates/helpers.go, ParseCSR.
 */
export const subjectOfPem = (pem: string): Subject | undefined => {
  for (let at = 0; ; ) {
    const block = nextBlock(pem, at)
    if (block === undefined) return undefined
    const der = block.label === undefined ? undefined : decodeBase64(block.body)
    if (der !== undefined) return block.label === LABEL ? subjectOfDer(der) : undefined
    at = block.end
  }
}

const LABEL = 'CERTIFICATE REQUEST'
const BEGIN = '-----BEGIN '
const END = '-----END '
const DASHES = '-----'

interface Block {
  /** Undefined if the label at its end is another. */
  readonly label: string | undefined
  readonly body: string
  readonly end: number
}

/** The next block whose marks begin lines. */
const nextBlock = (pem: string, from: number): Block | undefined => {
  const broken = pem.indexOf(`\n${BEGIN}`, from)
  if (broken < 0 && !pem.startsWith(BEGIN, from)) return undefined
  const begin = pem.startsWith(BEGIN, from) ? from : broken + 1
  const line = pem.indexOf('\n', begin)
  const end = line < 0 ? -1 : pem.indexOf(`\n${END}`, line)
  if (end < 0) return undefined
  const label = pem.slice(begin + BEGIN.length, line).trimEnd()
  const same = label.endsWith(DASHES) && pem.startsWith(label, end + 1 + END.length)
  return {
    label: same ? label.slice(0, -DASHES.length) : undefined,
    body: withoutHeaders(pem.slice(line + 1, end)),
    end: end + 1,
  }
}

/** Lines with a colon may stand before the content. */
const withoutHeaders = (body: string): string => {
  const lines = body.split('\n')
  const first = lines.findIndex((line) => !line.includes(':'))
  return lines.slice(first < 0 ? lines.length : first).join('')
}

/** CertificationRequest ::= SEQUENCE { info SEQUENCE { version, subject Name, … }, … } */
const subjectOfDer = (der: Uint8Array): Subject | undefined => {
  const outer = only(der)
  const info = outer && readValues(outer)?.[0]
  if (info?.tag !== TAG.sequence) return undefined
  const name = readValues(info.bytes)?.[1]
  if (name?.tag !== TAG.sequence) return undefined
  const attributes = readName(name.bytes)
  return attributes && subjectFrom(attributes)
}

const only = (der: Uint8Array): Uint8Array | undefined => {
  const values = readValues(der)
  const [value] = values ?? []
  return values?.length === 1 && value?.tag === TAG.sequence ? value.bytes : undefined
}

interface Attribute {
  readonly type: string
  readonly value: Value
}

/** Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value } */
const readName = (bytes: Uint8Array): readonly Attribute[] | undefined => {
  const attributes: Attribute[] = []
  for (const set of readValues(bytes) ?? [BROKEN]) {
    if (set.tag !== TAG.set) return undefined
    for (const pair of readValues(set.bytes) ?? [BROKEN]) {
      const [type, value] = (pair.tag === TAG.sequence ? readValues(pair.bytes) : undefined) ?? []
      if (type?.tag !== TAG.objectIdentifier || value === undefined) return undefined
      attributes.push({ type: type.bytes.join('.'), value })
    }
  }
  return attributes
}

const BROKEN: Value = { tag: 0, bytes: new Uint8Array() }

/** 2.5.4.3 and 2.5.4.10, as the bytes that they are encoded as. */
const COMMON_NAME = '85.4.3'
const ORGANIZATION = '85.4.10'

/**
 * Of several common names the last counts. Upstream: golang crypto/x509/pkix, FillFromRDNSequence.
 */
const subjectFrom = (attributes: readonly Attribute[]): Subject => {
  let commonName: string | undefined
  const organizations: string[] = []
  for (const { type, value } of attributes) {
    const text = textOf(value)
    if (text === undefined) continue
    if (type === COMMON_NAME) commonName = text
    if (type === ORGANIZATION) organizations.push(text)
  }
  return { commonName, organizations }
}
