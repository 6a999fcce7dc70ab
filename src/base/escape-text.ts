/**
 * The text with everything that a terminal or a reader could be deceived by made visible: control
 * characters (C0, DEL, C1), line separators, bidirectional controls, zero-width and other invisible
 * characters, lone surrogates. They become `\n`, `\t`, `\r` or `\u{1b}`; all else stays as it is.
 */
export const escapeTerminal = (text: string): string =>
  HIDDEN_TEST.test(text) ? text.replace(HIDDEN, visible) : text

/**
 * The text for HTML content and quoted attributes: markup characters as entities, hidden ones
 * visible.
 */
export const escapeHtml = (text: string): string =>
  escapeTerminal(text).replace(/[&<>"'`]/g, (character) => ENTITY[character] ?? '')

/**
 * One field of a CSV record (RFC 4180), without the comma. A text that a spreadsheet would take for
 * a formula gets a leading `'`; hidden characters are made visible, so a field is always one line.
 */
export const escapeCsv = (text: string): string => {
  const guarded = FORMULA.test(text) ? `'${text}` : text
  const shown = escapeTerminal(guarded)
  return /[",\s]|^'/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}

/**
 * JSON text with hidden characters written as `\uXXXX`: the same value to every parser, and safe to
 * print. Takes the output of `JSON.stringify`, in which they occur within strings only (its own
 * line breaks and indentation stay).
 */
export const escapeJson = (json: string): string =>
  HIDDEN_TEST.test(json)
    ? json.replace(HIDDEN, (found) => (found === '\n' ? found : unicodeEscapes(found)))
    : json

const RANGES =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f' +
  '\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0' +
  '\\ufff0-\\ufffb' +
  '\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\ud800-\\udfff'
const HIDDEN = new RegExp(`[${RANGES}]`, 'gu')
const HIDDEN_TEST = new RegExp(`[${RANGES}]`, 'u')

/**
 * Characters that make Excel, LibreOffice or Sheets read a field as a formula, full-width ones too.
 */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

const ENTITY: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function visible(character: string): string {
  return SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

function unicodeEscapes(character: string): string {
  return Array.from({ length: character.length }, (_, i) => i)
    .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
    .join('')
}
