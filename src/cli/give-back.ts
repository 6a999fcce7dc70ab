import { Session } from 'node:inspector'

/**
 * Collects this thread's garbage once, and gives its memory back to the system. Reading and
 * compiling rules takes more than all that comes later, and a process that is idle afterwards
 * would keep it: nothing else makes a heap shrink in which nothing happens.
 */
export const giveBackMemory = (): void => {
  const session = new Session()
  session.connect()
  session.post('HeapProfiler.collectGarbage', () => session.disconnect())
}
