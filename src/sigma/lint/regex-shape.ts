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

interface Group {
  unbounded: boolean
  copies: number
}

/** Reads the expression from left to right; classes and escapes count as one character. */
const shapeOf = (source: string): Shape => {
  const open: Group[] = [{ unbounded: false, copies: 1 }]
  let nested = false
  let copies = 1
  for (const [element] of source.matchAll(ELEMENTS)) {
    const [first = ''] = element
    const repeat = repetitionOf(element)
    let inner: Group = { unbounded: false, copies: 1 }
    if (first === '(') {
      open.push({ unbounded: false, copies: 1 })
      continue
    }
    if (first === ')' && open.length > 1) inner = open.pop() ?? inner
    if (repeat.unbounded && inner.unbounded) nested = true
    const around = open.at(-1) ?? inner
    around.unbounded ||= inner.unbounded || repeat.unbounded
    around.copies = Math.max(around.copies, inner.copies * repeat.copies)
    copies = Math.max(copies, around.copies)
  }
  return { nested, copies }
}

/** An opening parenthesis with its flags; or anything else, with what repeats it. */
const ELEMENTS =
  /\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*:?))?|(?:\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\w+:\]|[^\]\\])*\]|[^(\\])(?:[*+?]|\{\d+(?:,\d*)?\})?[?+]?/g

const repetitionOf = (element: string): { unbounded: boolean; copies: number } => {
  const [, least, comma, most] = /.\{(\d+)(,?)(\d*)\}[?+]?$/s.exec(element) ?? []
  if (least !== undefined) {
    const unbounded = comma !== '' && most === ''
    return { unbounded, copies: Math.max(1, Number(least), Number(most)) }
  }
  return { unbounded: /.[*+][?+]?$/s.test(element), copies: 1 }
}
