import type { OnRange } from './mapped-text.ts'

/**
 * Finds the values of Secrets in a text that holds their manifests as YAML: below every `data` and
 * `stringData`, line by line. YAML itself is not read: a text that only looks so is masked as well.
 */
export const findYamlSecrets = (text: string, found: OnRange): void => {
  if (!text.includes('ata:') || !SECRET_KIND.test(text)) return
  let above = -1
  for (const match of text.matchAll(LINE)) {
    const [line] = match
    const indent = line.search(/[^ -]/)
    if (indent < 0) continue
    if (above >= 0 && indent > above) {
      if (value(line, match.index, found)) continue
    }
    const block = BLOCK.exec(line)
    above = block === null ? -1 : indent
    if (block !== null) inline(line, match.index + block[0].length, match.index, found)
  }
}

const SECRET_KIND =
  /(?:^|\n)[ \t-]{0,64}(?:kind:[ \t]{1,8}["']?Secret|resource:[ \t]{1,8}["']?secrets)["']?[ \t\r]{0,8}(?:\n|$)/
const LINE = /[^\n]+/g
const BLOCK = /^[ -]{0,128}["']?(?:data|stringData)["']?:/

/** All of a line below `data`, less the key that may begin it. */
function value(line: string, offset: number, found: OnRange): boolean {
  const key = /^[ -]{0,256}[\w."'/-]{1,256}:(?=[ \t\r]|$)[ \t]*/.exec(line)
  const start = key === null ? line.search(/[^ \t]/) : key[0].length
  runs(line.slice(start), offset + start, found)
  return true
}

/** What stands behind `data:` on its line: `{a: b}`. */
const inline = (line: string, from: number, offset: number, found: OnRange): void =>
  runs(line.slice(from - offset), from, found)

/** All but quotes, braces, spaces and names: the text stays what it was but for the values. */
function runs(text: string, offset: number, found: OnRange): void {
  if (/^[|>][-+0-9]{0,2}[ \t\r]*$/.test(text)) return
  for (const match of text.matchAll(/[^ \t\r"'{},]+/g)) {
    const isName = match[0].endsWith(':') && text[match.index + match[0].length] === ' '
    if (!isName) found(offset + match.index, offset + match.index + match[0].length)
  }
}
