/** A source text with what is not code blanked out: same length, same lines. */
export interface Scanned {
  /** Comments are spaces; strings are whole. */
  readonly withoutComments: string
  /** Comments and the insides of strings, templates and regular expressions are spaces. */
  readonly code: string
}

/**
 * Separates code from comments and strings: enough of JavaScript's lexical grammar for our checks.
 */
export const scan = (text: string): Scanned => {
  const state: State = { text, at: 0, code: [...text], bare: [...text], lastToken: '' }
  while (state.at < text.length) step(state)
  return { withoutComments: state.bare.join(''), code: state.code.join('') }
}

/** One import or re-export of a module. */
export interface ImportOf {
  readonly specifier: string
  /** Imported when a line of code asks for it, not when the file is loaded. */
  readonly dynamic: boolean
  readonly line: number
}

/** Every module that a text imports: statically, dynamically, or as a type. */
export const importsOf = (scanned: Scanned): readonly ImportOf[] => {
  const pattern =
    /(?:^|[\s;}])(?:import|export)\s(?:[^;'"()=]*?\sfrom\s)?\s*(['"])([^'"\n]+)\1|\bimport\s*\(\s*(['"])([^'"\n]+)\3/g
  return [...scanned.withoutComments.matchAll(pattern)].map((found) => ({
    specifier: found[2] ?? found[4] ?? '',
    dynamic: found[4] !== undefined,
    line: lineAt(scanned.code, found.index + found[0].length),
  }))
}

/** One function and the lines from its header to its closing brace. */
export interface FunctionSpan {
  readonly header: string
  readonly line: number
  readonly lines: number
}

/**
 * Every function longer than `linesMax` lines. A `describe` of a test is a chapter, not a function.
 */
export const longFunctions = (scanned: Scanned, linesMax: number): readonly FunctionSpan[] => {
  const found: FunctionSpan[] = []
  const open: number[] = []
  for (let at = 0; at < scanned.code.length; at += 1) {
    const char = scanned.code.charAt(at)
    if (char === '{' || char === '(' || char === '[') open.push(at)
    if (char !== '}' && char !== ')' && char !== ']') continue
    const start = open.pop()
    if (start === undefined) continue
    const span = functionAt(scanned, start, at)
    if (span !== undefined && span.lines > linesMax) found.push(span)
  }
  return found
}

/** The line, counted from 1, of a place in a text. */
export const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length

interface State {
  readonly text: string
  at: number
  readonly code: string[]
  readonly bare: string[]
  /** The last character or word of code: decides whether `/` divides or begins a pattern. */
  lastToken: string
}

function step(state: State): void {
  const { text, at } = state
  const char = text.charAt(at)
  if (text.startsWith('//', at)) blank(state, endOf(text, '\n', at), true)
  else if (text.startsWith('/*', at)) blank(state, endOf(text, '*/', at + 2) + 2, true)
  else if (char === "'" || char === '"') string(state, char)
  else if (char === '`') template(state)
  else if (char === '/' && beginsPattern(state.lastToken)) pattern(state)
  else if (/[\w$]/.test(char)) word(state)
  else {
    if (!/\s/.test(char)) state.lastToken = char
    state.at += 1
  }
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from)
  return found < 0 ? text.length : found
}

/** Blanks from here to `end`, keeping line breaks. */
function blank(state: State, end: number, comment: boolean): void {
  for (let at = state.at; at < end; at += 1) {
    if (state.text.charAt(at) === '\n') continue
    state.code[at] = ' '
    if (comment) state.bare[at] = ' '
  }
  state.at = end
}

function word(state: State): void {
  let end = state.at
  while (/[\w$]/.test(state.text.charAt(end))) end += 1
  state.lastToken = state.text.slice(state.at, end)
  state.at = end
}

function string(state: State, quote: string): void {
  let end = state.at + 1
  while (end < state.text.length && state.text.charAt(end) !== quote) {
    end += state.text.charAt(end) === '\\' ? 2 : 1
  }
  state.at += 1
  blank(state, end, false)
  state.at = end + 1
  state.lastToken = quote
}

/** A template literal: its text is blanked, the code in `${}` is scanned as code. */
function template(state: State): void {
  state.at += 1
  while (state.at < state.text.length) {
    const char = state.text.charAt(state.at)
    if (char === '`') break
    if (char === '$' && state.text.charAt(state.at + 1) === '{') substitution(state)
    else blank(state, state.at + (char === '\\' ? 2 : 1), false)
  }
  state.at += 1
  state.lastToken = '`'
}

function substitution(state: State): void {
  blank(state, state.at + 2, false)
  state.lastToken = '('
  for (let depth = 0; state.at < state.text.length; ) {
    const char = state.text.charAt(state.at)
    if (char === '}' && depth === 0) break
    if (char === '{') depth += 1
    if (char === '}') depth -= 1
    step(state)
  }
  blank(state, state.at + 1, false)
}

function beginsPattern(lastToken: string): boolean {
  if (lastToken === '') return true
  if (/^(?:return|typeof|case|in|of|void|delete|do|else|yield|await)$/.test(lastToken)) return true
  return /^[=(,:;!&|?{}[+\-*%<>~^]$/.test(lastToken)
}

function pattern(state: State): void {
  let end = state.at + 1
  for (let inClass = false; end < state.text.length; end += 1) {
    const char = state.text.charAt(end)
    if (char === '\\') end += 1
    else if (char === '[') inClass = true
    else if (char === ']') inClass = false
    else if ((char === '/' && !inClass) || char === '\n') break
  }
  state.at += 1
  blank(state, end, false)
  state.at = end + 1
  state.lastToken = '/'
}

/** The function whose body (or, of an arrow, whose bracketed value) lies between two brackets. */
function functionAt(scanned: Scanned, start: number, end: number): FunctionSpan | undefined {
  const before = scanned.code.slice(Math.max(0, start - 2_000), start)
  const header = before
    .slice(startOfHeader(before))
    .replace(/^[\s,]+/, '')
    .trimEnd()
  const isArrow = header.endsWith('=>')
  const isMethod =
    scanned.code.charAt(start) === '{' &&
    /(?:\bfunction\b|^(?:(?:async|static|get|set|override)\s+)*\*?#?[\w$]+\s*(?:<[^>]*>)?\()/.test(
      header,
    ) &&
    !/^(?:if|for|while|switch|catch|else|with)\b/.test(header)
  if (!isArrow && !isMethod) return undefined
  if (/^describe(?:\.\w+(?:\(.*\))?)?\(/s.test(header)) return undefined
  const line = lineAt(scanned.code, start - header.length)
  return { header, line, lines: lineAt(scanned.code, end) - line + 1 }
}

/**
 * Where the statement or member that ends `before` begins: at a line break outside of brackets, but
 * not between an anonymous function and the call or name it is given to.
 */
function startOfHeader(before: string): number {
  let depth = 0
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const char = before.charAt(at)
    if (char === ')' || char === ']') depth += 1
    if (char === '(' || char === '[') depth -= 1
    if (depth > 0) continue
    if (char === ';' || char === '{' || char === '}') return at + 1
    if (
      char === '\n' &&
      !(isAnonymous(before.slice(at)) && /[,(=]\s*$/.test(before.slice(0, at)))
    ) {
      return at + 1
    }
  }
  return 0
}

function isAnonymous(header: string): boolean {
  return /^\s*(?:async\s*)?(?:<|\(|[\w$]+\s*=>)/.test(header)
}
