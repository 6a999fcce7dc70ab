import { styleText } from 'node:util'
import type { Severity } from '../../model/finding.ts'
import type { Paint } from './layout.ts'

/** The few colours that text output uses; without colour each gives its text back. */
export interface Palette {
  readonly strong: Paint
  readonly faint: Paint
  readonly good: Paint
  readonly warning: Paint
  readonly bad: Paint
  readonly accent: Paint
  readonly level: Readonly<Record<Severity, Paint>>
}

/** The palette, with colour or without. */
export const paletteOf = (colour: boolean): Palette => {
  const paint =
    (...styles: Parameters<typeof styleText>[0][]): Paint =>
    (text) =>
      colour
        ? styles.reduce<string>(
            (done, one) => styleText(one, done, { validateStream: false }),
            text,
          )
        : text
  return {
    strong: paint('bold'),
    faint: paint('dim'),
    good: paint('green'),
    warning: paint('yellow'),
    bad: paint('red'),
    accent: paint('cyan'),
    level: {
      critical: paint('bold', 'red'),
      high: paint('red'),
      medium: paint('yellow'),
      low: paint('cyan'),
      informational: paint('dim'),
    },
  }
}
