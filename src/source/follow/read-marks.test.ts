import { expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { ReadMarks } from './read-marks.ts'

test('more files than LIMIT.followedFilesRemembered: those looked at last are remembered', () => {
  const marks = new ReadMarks()
  for (let number = 0; number < LIMIT.followedFilesRemembered; number += 1) {
    marks.set(`${number}`, { offset: number, done: true })
  }
  expect(marks.get('0')).toEqual({ offset: 0, done: true })
  marks.set('new', { offset: 7, done: false })
  expect(marks.get('1')).toBeUndefined()
  expect(marks.get('0')).toBeDefined()
  expect(marks.get('2')).toBeDefined()
  marks.set('new', { offset: 9, done: true })
  expect(marks.get('new')).toEqual({ offset: 9, done: true })
})
