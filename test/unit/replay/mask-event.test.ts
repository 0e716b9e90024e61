import { describe, expect, it } from 'vitest';
import { Event } from '../../../src/protocol/index.ts';
import { MASK, maskEvent } from '../../../src/replay/index.ts';
import samples from '../../cases/protocol/events.json' with { type: 'json' };

const TOKEN = `ghp_${'a1B2c3D4e5'.repeat(4)}`;

describe('maskEvent', () => {
  it.each(samples.map((sample) => [sample.type, Event.parse(sample)] as const))(
    'leaves %s alone when there is no secret in it',
    (_type, event) => {
      expect(maskEvent(event, ['exec'])).toEqual(event);
    },
  );

  it('masks texts, words and environment, however deep, and leaves the event as it is', () => {
    const proposed = samples.find((sample) => sample.type === 'step/proposed');
    const event = Event.parse({
      ...proposed,
      text: `curl -H "Authorization: Bearer ${TOKEN}" x`,
      argv: ['curl', TOKEN, 'my-own-secret'],
    });
    expect(maskEvent(event, ['my-own-secret'])).toMatchObject({
      text: `curl -H "Authorization: Bearer ${MASK}" x`,
      argv: ['curl', MASK, MASK],
    });
    expect(event).toMatchObject({ argv: ['curl', TOKEN, 'my-own-secret'] });
    expect(Event.safeParse(maskEvent(event)).success).toBe(true);
  });
});
