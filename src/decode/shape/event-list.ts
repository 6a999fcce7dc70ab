import { inside, type Shape } from './shape.ts'

/** The body that an API server posts to its audit webhook, and any list of audit events. */
export const eventList: Shape = {
  name: 'event-list',
  about: 'An `EventList`, as the API server posts it to its webhook.',
  proof: 'sample',
  open: (record) =>
    Array.isArray(record.items) && (record.kind === 'EventList' || record.kind === undefined)
      ? inside(record.items)
      : undefined,
}
