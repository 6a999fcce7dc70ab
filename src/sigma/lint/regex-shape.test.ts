import { describe, expect, it } from 'vitest'
import { slowParts } from './regex-shape.ts'

const NESTED = /repeats what repeats itself/
const said = (source: string): string => slowParts(source).join('; ')

describe('slow expressions', () => {
  it.each([
    '(a+)+',
    '([a-z]+\\s?)+$',
    '(?:x*)*y',
    '(a|b+)+',
    '((?:a*b?)+)',
    '(\\d+)*$',
    '(a+){2,}',
  ])('%s repeats what repeats itself', (source) => expect(said(source)).toMatch(NESTED))

  it.each([
    ...['(ab)+', '(?:-\\S+\\s+)*', '(?:a+,)+', '(a{2})+', '[(+]+', '\\(a+\\)+', '(a?)+', 'a+b+'],
    ...['(?:\\S*\\/)?(?:ba|z)?sh', '[\\d.]*', '(a+)?', '(a+){3}'],
  ])('%s does not', (source) => expect(said(source)).toBe(''))

  it.each(['.*curl', '.*', 'curl.*'])('%s has idle ends', (source) => {
    expect(said(source)).toMatch(/which does nothing/)
  })

  it.each(['^.*$', 'curl\\.*', '.+curl', 'a.*b', 'curl .*\\s'])('%s has none', (source) => {
    expect(said(source)).toBe('')
  })

  it('counted repetitions multiply', () => {
    expect(said('(a{20}){20}')).toMatch(/400 copies/)
    expect(said('[A-Za-z]{800}')).toMatch(/800 copies/)
    expect(said('(a{5}){5}')).toBe('')
  })
})
