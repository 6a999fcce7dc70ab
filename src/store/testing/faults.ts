import { systemClock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'

/** The fault that a promise rejects with. */
export const faultOf = async (promise: Promise<unknown>): Promise<Fault> => {
  const thrown = await promise.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error,
  )
  if (thrown instanceof Fault) return thrown
  throw thrown
}

/** The code of the fault that a promise rejects with. */
export const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  (await faultOf(promise)).code

/** Asks again as long as it may pass, as whoever follows the write-ahead log does; how often. */
export const untilDone = async (task: () => Promise<unknown>): Promise<number> => {
  for (let tries = 1; ; tries += 1) {
    const thrown = await task().then(
      () => undefined,
      (error: unknown) => error,
    )
    if (thrown === undefined) return tries
    if (!(thrown instanceof Fault && thrown.transient)) throw thrown
    await systemClock.sleep(20)
  }
}
