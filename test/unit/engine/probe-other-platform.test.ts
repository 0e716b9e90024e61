import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { probeOtherPlatform } from '../../../src/engine/sandbox/probe-other-platform.ts';

function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'probe-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

describe.skipIf(process.platform !== 'linux')('the doctor of another system, asked here', () => {
  it.each(['darwin', 'win32'] as const)(
    'says what the wall of %s lacks, and that programs are not held',
    async (platform) => {
      const home = makeHome();
      const [wall, gate] = await probeOtherPlatform(platform, home);
      expect(wall).toMatchObject({
        name: 'wall',
        status: 'missing',
        why: 'Nothing is ever run without the wall.',
      });
      expect(wall?.detail).toMatch(
        platform === 'darwin' ? /macOS sandbox is missing/ : /helper|missing|Windows/,
      );
      expect(gate).toMatchObject({ name: 'gate', status: 'limited' });
    },
  );

  it('has one finding for a system without a wall', async () => {
    expect(await probeOtherPlatform('freebsd', makeHome())).toMatchObject([
      { name: 'platform', status: 'missing' },
    ]);
  });
});
