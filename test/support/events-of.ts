import type { Event, EventOf, EventType } from '../../src/protocol/index.ts';

/** The events of one type, in their order. */
export function eventsOf<T extends EventType>(events: readonly Event[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}
