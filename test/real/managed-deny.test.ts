import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowSession, makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { openToolSession } from '../support/tool-session.ts';

const folder = makeFolder('managed', '/var/tmp');
const work = join(folder.path, 'work');
const outer = join(folder.path, 'outer');
const closed = join(outer, 'closed');
const file = join(folder.path, 'requirements.toml');
let real: RealEngine;

beforeAll(async () => {
  mkdirSync(work);
  mkdirSync(closed, { recursive: true });
  writeFileSync(join(closed, 'key'), 'closed\n');
  writeFileSync(
    file,
    `[permission_profile]\nfilesystem = { deny = [${JSON.stringify(closed)}] }\nnetwork = { deny = ["bad.example"] }\n`,
  );
  real = await startRealEngine({ requirementsFile: file, resolve: async () => ['192.0.2.1'] });
});
afterAll(async () => {
  await real.stop();
  folder.remove();
});

describe('what the requirements of the machine deny', () => {
  const plain = '';
  const profile = 'default_permissions = ":workspace"\n';
  test.each([
    ['a plain mode', plain],
    ['a permission profile', profile],
  ])('is opened by nobody under %s', async (_name, config) => {
    writeFileSync(join(real.home, 'config.toml'), config);
    const script = `cat ${closed}/key
echo x > ${closed}/key
python3 -c "
try: open('${closed}/key', 'a')
except OSError as error: print(error.errno)
try: open('${closed}/new', 'w')
except OSError as error: print(error.errno)
"
curl -s -m 20 http://bad.example/ || echo no host
echo end`;
    const ran = await real.run(script, { cwd: work, answer: () => allowSession });
    expect(ran.questions).toEqual([]);
    expect(ran.stdout).toBe('13\n13\nno host\nend\n');
    expect(ran.stderr).toContain(`the requirements of this machine deny (${closed}, ${file}:2)`);
    expect(ran.stderr).toContain(`required by ${file}:3`);
    expect(readFileSync(join(closed, 'key'), 'utf8')).toBe('closed\n');
  });

  test('is refused to tools: more access, access for one command, edits', async () => {
    writeFileSync(join(real.home, 'config.toml'), plain);
    const tools = await openToolSession(real, { cwd: work, answer: () => allowSession });
    const permissions = { file_system: { read: [closed], write: [] }, network: { allow: [] } };
    const patch = `*** Begin Patch\n*** Add File: ${closed}/new\n+x\n*** End Patch\n`;
    const refused = [
      await tools.propose('request_permissions', { reason: 'please', permissions }),
      await tools.propose('shell', { script: 'true', additional_permissions: permissions }),
    ];
    const edit = await tools.propose('apply_patch', { patch });
    await tools.close();
    expect(tools.questions).toEqual([]);
    for (const result of refused)
      expect(JSON.stringify(result)).toContain(
        `the requirements of this machine deny (${closed}, ${file}:2)`,
      );
    expect(edit.outcome).toBe('fault');
    expect(existsSync(join(closed, 'new'))).toBe(false);
  });

  test('stays hidden in a folder that is granted as a whole', async () => {
    writeFileSync(join(real.home, 'config.toml'), plain);
    const script = `cp /etc/hostname ${outer}/new && python3 -c "
import os
print(os.path.exists('${outer}/new'))
try: print(open('${closed}/key').read())
except OSError as error: print(error.errno)"`;
    const ran = await real.run(script, { cwd: work, answer: () => allowSession });
    expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([[outer]]);
    expect(ran.stdout, ran.stderr).toBe('True\n13\n');
  });
});
