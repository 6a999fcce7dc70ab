import type { QueryLimits, Store } from '../store.ts'

/** A store as it is, but that somebody is told of each query, and may act, before it is asked. */
export const watchedStore = (
  store: Store,
  onQuery: (sql: string, limits: QueryLimits) => Promise<void>,
): Store => ({
  version: store.version,
  insert: (...args) => store.insert(...args),
  insertRecords: (...args) => store.insertRecords(...args),
  query: async (sql, parameters, limits = {}) => {
    await onQuery(sql, limits)
    return store.query(sql, parameters, limits)
  },
  stream: (...args) => store.stream(...args),
  command: (...args) => store.command(...args),
  ping: () => store.ping(),
  close: () => store.close(),
})
