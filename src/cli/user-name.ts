import { userInfo } from 'node:os'

/**
 * The user who runs this, for those who read later what was done: in a container it may be one that
 * has a number and no name.
 */
export const userName = (read: () => { readonly username: string } = userInfo): string => {
  try {
    return read().username
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}
