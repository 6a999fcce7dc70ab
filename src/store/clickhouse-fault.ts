import { Fault } from '../base/fault.ts'

/**
 * What went wrong with a store, as a fault. `signal` is the caller's own: when that aborted, the
 * fault is `store/cancelled`.
 */
export const toFault = (error: unknown, signal?: AbortSignal): Fault => {
  if (error instanceof Fault) return error
  if (signal?.aborted === true) return new Fault('store/cancelled', 'cancelled', { cause: error })
  const message = error instanceof Error ? error.message : String(error)
  if (!isRefusal(error)) {
    return new Fault('store/unreachable', `the store does not answer: ${message}`, {
      cause: error,
      transient: true,
    })
  }
  const said = `${error.code} ${error.type ?? ''}: ${message}`
  return BUSY.has(error.code) || EXHAUSTED.test(message)
    ? new Fault('store/overloaded', `the store is overloaded: ${said}`, {
        cause: error,
        transient: true,
      })
    : new Fault('store/refused', `the store refused: ${said}`, { cause: error })
}

// The client's ClickHouseError, told by its number: a system's error has a name there. The class
// itself would load the client.
const isRefusal = (error: unknown): error is Error & { code: string; type?: string } =>
  error instanceof Error && 'code' in error && /^\d+$/.test(String(error.code))

// With many numbers: of whatever ClickHouse was about to do.
const EXHAUSTED = /No space left on device|NOT_ENOUGH_SPACE|not enough space|Too many open files/

/**
 * ClickHouse's numbers for what may pass by itself.
 * Upstream: ClickHouse, src/Common/ErrorCodes.cpp.
 */
const BUSY: ReadonlySet<string> = new Set([
  '75', // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  '159', // TIMEOUT_EXCEEDED
  '173', // CANNOT_ALLOCATE_MEMORY
  '202', // TOO_MANY_SIMULTANEOUS_QUERIES
  '203', // NO_FREE_CONNECTION
  '209', // SOCKET_TIMEOUT
  '210', // NETWORK_ERROR
  '225', // NO_ZOOKEEPER
  '236', // ABORTED
  '241', // MEMORY_LIMIT_EXCEEDED
  '242', // TABLE_IS_READ_ONLY
  '243', // NOT_ENOUGH_SPACE
  '252', // TOO_MANY_PARTS
  '279', // ALL_CONNECTION_TRIES_FAILED
  '285', // TOO_FEW_LIVE_REPLICAS
  '286', // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  '319', // UNKNOWN_STATUS_OF_INSERT
  '394', // QUERY_WAS_CANCELLED
  '425', // SYSTEM_ERROR
  '439', // CANNOT_SCHEDULE_TASK
  '473', // DEADLOCK_AVOIDED
  '745', // SERVER_OVERLOADED
  '999', // KEEPER_EXCEPTION
])
