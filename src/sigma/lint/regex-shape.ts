/** What makes an expression slow, in a sentence each. */
export const slowParts = (source: string): readonly string[] => {
  const shape = shapeOf(source)
  const said: string[] = []
  if (/^\.\*/.test(source)) {
    said.push('it begins with .*, which does nothing: an expression is found anywhere')
  } else if (/[^\\]\.\*$/.test(source)) {
    said.push('it ends with .*, which does nothing: an expression is found anywhere')
  }
  if (shape.nested) {
    said.push('it repeats what repeats itself: an engine that backtracks takes exponential time')
  }
  if (shape.copies > COPIES_USUAL) {
    said.push(`it stands for ${shape.copies} copies of what it repeats`)
  }
  return said
}

/** Copies of a repeated part that nobody will notice. */
const COPIES_USUAL = 100

interface Shape {
  /** Whether something that repeats without bound is itself repeated without bound. */
  readonly nested: boolean
  /** The most copies that counted repetitions make of a part. */
  readonly copies: number
}

/** A group, or the whole expression, while it is read. */
interface Group {
  /** Whether something in it repeats without bound. */
  unbounded: boolean
  /** Parts of an alternative that it cannot do without: they tell its repetitions apart. */
  parts: number
  /** Whether any alternative repeats and has nothing else to tell its repetitions apart. */
  blurred: boolean
  copies: number
}

const newGroup = (): Group => ({ unbounded: false, parts: 0, blurred: false, copies: 1 })

/** Reads the expression from left to right; classes and escapes count as one character. */
const shapeOf = (source: string): Shape => {
  const open: Group[] = [newGroup()]
  let nested = false
  let copies = 1
  for (const [element] of source.matchAll(ELEMENTS)) {
    const around = open.at(-1) ?? newGroup()
    if (element.startsWith('(')) open.push(newGroup())
    else if (element === '|') endAlternative(around)
    else if (element.startsWith(')') && open.length > 1) {
      open.pop()
      endAlternative(around)
      const outer = open.at(-1) ?? newGroup()
      if (repetitionOf(element).unbounded && around.blurred) nested = true
      add(outer, element, around.copies)
      copies = Math.max(copies, outer.copies)
    } else {
      add(around, element, 1)
      copies = Math.max(copies, around.copies)
    }
  }
  return { nested, copies }
}

const add = (group: Group, element: string, inner: number): void => {
  const { unbounded, optional, copies } = repetitionOf(element)
  if (unbounded) group.unbounded = true
  if (!optional) group.parts += 1
  group.copies = Math.max(group.copies, inner * copies)
}

const endAlternative = (group: Group): void => {
  group.blurred ||= group.unbounded && group.parts < 2
  group.unbounded = false
  group.parts = 0
}

/** An opening parenthesis with its flags; or anything else, with what repeats it. */
const ELEMENTS =
  /\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*:?))?|\||(?:\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\w+:\]|[^\]\\])*\]|[^(|\\])(?:[*+?]|\{\d+(?:,\d*)?\})?[?+]?/g

interface Repetition {
  readonly unbounded: boolean
  readonly optional: boolean
  readonly copies: number
}

const repetitionOf = (element: string): Repetition => {
  const [, least, comma, most] = /.\{(\d+)(,?)(\d*)\}[?+]?$/s.exec(element) ?? []
  if (least !== undefined) {
    const unbounded = comma !== '' && most === ''
    const copies = Math.max(1, Number(least), Number(most))
    return { unbounded, optional: Number(least) === 0, copies }
  }
  const [, quantifier = ''] = /.([*+?])[?+]?$/s.exec(element) ?? []
  return { unbounded: /[*+]/.test(quantifier), optional: /[*?]/.test(quantifier), copies: 1 }
}
