import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { userName } from './user-name.ts'

test('a user without a name is told by the number', () => {
  expect(userName()).toBe(userInfo().username)
  const nameless = (): never => {
    throw new Error('uv_os_get_passwd returned ENOENT')
  }
  expect(userName(nameless)).toBe(`user ${process.getuid?.() ?? 'unknown'}`)
})
