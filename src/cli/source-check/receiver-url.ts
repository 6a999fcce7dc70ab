import { isSourceName } from '../../source/webhook/audit-path.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'

/** The URL that an API server sends to, of `--url`, `--cluster` and `--server`. */
export const receiverUrl = (given: Given): URL => {
  const [cluster, server] = [nameOf(given, 'cluster'), nameOf(given, 'server')]
  const text = given.text('url')
  const url = text === undefined ? null : URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw wrong(
      text === undefined ? '--url is missing' : `--url "${text}" is no URL`,
      'give the receiver, such as --url https://deckwatch.example:8443',
    )
  }
  const path = `/audit/${cluster}/${server}`
  if (url.pathname !== '/' && url.pathname !== path) {
    throw wrong(`--url "${text}" has another path than ${path}`, 'give it without a path')
  }
  url.pathname = path
  return url
}

function nameOf(given: Given, option: string): string {
  const name = given.text(option)
  if (name !== undefined && isSourceName(name)) return name
  throw wrong(
    name === undefined ? `--${option} is missing` : `--${option} "${name}" is no name`,
    'a name has letters, digits, dots, dashes and underscores: --cluster prod --server master-1',
  )
}
