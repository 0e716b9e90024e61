import { describe, expect, it } from 'vitest';
import { findStaleSchemaFiles, makeSchemaFiles } from '../../../build/make-schema.ts';
import { EventBody, methods } from '../../../src/protocol/index.ts';

describe('build/schema', () => {
  it('is what the protocol says (else run: node_modules/.bin/node build/make-schema.ts)', () => {
    expect(findStaleSchemaFiles()).toEqual([]);
  });

  it('has every event and every method', () => {
    const files = makeSchemaFiles();
    const types = EventBody.options.map((option) => option.shape.type.value);
    expect(types.length).toBeGreaterThanOrEqual(23);
    for (const type of types) expect(files['events.json']).toContain(`"const": "${type}"`);
    for (const name of Object.keys(methods)) expect(files['methods.json']).toContain(`"${name}": {`);
  });
});
