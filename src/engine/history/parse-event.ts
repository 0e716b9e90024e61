import { type Event, EventBody, Fault } from '../../protocol/index.ts';

/** What is thrown where the stored text is not what was written. */
export function damagedEvent(place: string, cause?: unknown): Fault {
  return new Fault({
    kind: 'host',
    code: 'history-damaged',
    message: `${place} cannot be read: it is not what was written`,
    hint: 'Run: sallyport history verify',
    cause,
  });
}

/** A stored event, checked as a whole. Throws a `host` fault that names `place` when it is damaged. */
export function parseEvent(text: string, place: string): Event {
  try {
    const parsed: unknown = JSON.parse(text);
    const body = EventBody.parse(parsed);
    const { seq, at, sessionId } = parsed as Event;
    return { seq, at, sessionId, ...body };
  } catch (thrown) {
    throw damagedEvent(place, thrown);
  }
}
