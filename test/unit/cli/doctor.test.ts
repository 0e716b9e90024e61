import { describe, expect, it } from 'vitest';
import { wallFails } from '../../../src/engine/sandbox/probe.ts';

describe('a wall that does not stand', () => {
  it('is told with what failed first, and never without a word', () => {
    const { status, detail } = wallFails(
      'The sandbox could not be prepared: sallyport: holder: disk is full.',
    );
    expect(status).toBe('missing');
    expect(detail).toBe(
      'No program could be run behind the wall: The sandbox could not be prepared: holder: disk is full.',
    );
    expect(wallFails('').detail).toContain('it ended without a word');
  });
  it('that failed for another reason than namespaces or mounts brings no advice about them', () => {
    const { detail, repair } = wallFails('The native helper /x/holder is missing or cannot be used.');
    expect(`${detail} ${repair}`).not.toMatch(/container|AppArmor|sysctl|--security-opt/);
  });
});
