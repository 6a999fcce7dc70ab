import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeCsv, escapeHtml, escapeJson, escapeTerminal } from './escape-text.ts'

const HOSTILE = [
  ['an escape sequence', '\u001b[2J', '\\u{1b}[2J'],
  ['an OSC 8 link', '\u001b]8;;http://evil\u0007x', '\\u{1b}]8;;http://evil\\u{7}x'],
  ['a C1 control sequence introducer', '\u009b31m', '\\u{9b}31m'],
  ['a line break', 'a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['a bidirectional override', 'a\u202eb\u2066c', 'a\\u{202e}b\\u{2066}c'],
  ['zero-width characters', 'ad\u200bmin\ufeff', 'ad\\u{200b}min\\u{feff}'],
  ['tag characters', 'x\u{e0041}', 'x\\u{e0041}'],
  ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
  ['a lone surrogate', 'a\ud800b', 'a\\u{d800}b'],
  ['DEL and NUL', '\u007f\u0000', '\\u{7f}\\u{0}'],
] as const

describe('escapeTerminal', () => {
  test.each(HOSTILE)('makes %s visible', (_, text, shown) => {
    expect(escapeTerminal(text)).toBe(shown)
  })

  test('leaves the letters of every language as they are', () => {
    const text = 'Ünïcode 中文 кластер 🚢 \\ "quoted"'
    expect(escapeTerminal(text)).toBe(text)
  })
})

describe('escapeHtml', () => {
  test('leaves no markup character', () => {
    expect(escapeHtml(`<img src=x onerror='a("&")'>`)).toBe(
      '&lt;img src=x onerror=&#39;a(&quot;&amp;&quot;)&#39;&gt;',
    )
    fc.assert(fc.property(fc.string(), (text) => !/[<>"'`]/.test(escapeHtml(text))))
  })

  test.each(HOSTILE)('makes %s visible', (_, text) => {
    expect(escapeHtml(text)).toBe(escapeHtml(escapeTerminal(text)))
  })
})

describe('escapeCsv', () => {
  test.each([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\tx', `"'\\tx"`],
    ['\r=1', `"'\\r=1"`],
    ['＝1', `"'＝1"`],
  ])('guards the formula %j', (text, field) => {
    expect(escapeCsv(text)).toBe(field)
  })

  test('quotes what RFC 4180 says, and doubles quotes', () => {
    expect(escapeCsv('a"b,c')).toBe('"a""b,c"')
    expect(escapeCsv('plain')).toBe('plain')
    expect(escapeCsv('')).toBe('')
  })

  test('a field is one line', () => {
    expect(escapeCsv('a\r\nb')).toBe('a\\r\\nb')
  })
})

describe('escapeJson', () => {
  test('prints no hidden character and keeps the value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = escapeJson(JSON.stringify({ text }))
        return escapeTerminal(json) === json && JSON.parse(json).text === text
      }),
    )
    for (const [, text] of HOSTILE) {
      const json = escapeJson(JSON.stringify(text))
      expect(escapeTerminal(json)).toBe(json)
      expect(JSON.parse(json)).toBe(text)
    }
  })
})
