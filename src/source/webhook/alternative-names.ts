/**
 * The names of a certificate (`DNS:…`, `URI:…`), of the text that Node.js makes of its extension
 * subjectAltName. A name with odd characters stands there as JSON text in quotes, so that a comma
 * within one name cannot make two of it.
 */
export const alternativeNames = (text: string | undefined): readonly string[] => {
  const names: string[] = []
  let rest = text ?? ''
  while (rest !== '') {
    const [whole, kind = '', quoted, plain = ''] = ENTRY.exec(rest) ?? []
    if (whole === undefined) return []
    names.push(`${kind}:${quoted === undefined ? plain : String(JSON.parse(quoted))}`)
    rest = rest.slice(whole.length)
  }
  return names
}

/** Upstream: nodejs/node doc/api/crypto.md, x509.subjectAltName. */
const ENTRY = /^([A-Za-z ]+):(?:("(?:[^"\\]|\\.)*")|([^,"]*))(?:, |$)/
