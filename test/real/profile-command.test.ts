/** `sallyport profile`, run as it is typed. */

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROGRAM } from '../support/program.ts';
import { ConfigFolder } from '../unit/engine/config-folder.ts';

const TOML = `default_permissions = "docs"
[permission_profiles.docs.filesystem]
write = ["~"]
deny = ["~/x\\u202e"]
`;

function run(place: ConfigFolder, ...words: string[]) {
  const env = { HOME: place.home, PATH: '/usr/bin:/bin', SALLYPORT_HOME: join(place.home, '.sallyport') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'profile', ...words], {
    cwd: place.workspace,
    env,
    encoding: 'utf8',
  });
  return { status, stdout: place.shorten(stdout), stderr: place.shorten(stderr) };
}

describe('sallyport profile', () => {
  const place = () => {
    const made = new ConfigFolder(TOML);
    mkdirSync(join(made.home, '.ssh'));
    return made;
  };

  it('lists, with a mark on the one in force', () => {
    const { status, stdout } = run(place(), 'list');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\* docs .*FILE:2:/m);
    expect(stdout).toMatch(/^ {2}:workspace .*built in/m);
  });

  it('shows one, hostile names in a visible form', () => {
    const { status, stdout } = run(place(), 'show', 'docs');
    expect(status).toBe(0);
    expect(stdout).toContain('write    HOME   (FILE:3:10)');
    expect(stdout).not.toContain('\u202e');
  });

  it('knows the /tmp that a session has of its own, unless it is shared', () => {
    const user =
      '[permission_profiles.shut.filesystem]\nread = ["${workspace}"]\n[permission_profiles.open.filesystem]\nread = ["${workspace}"]\nwrite = ["/tmp"]\n';
    const own = new ConfigFolder(user);
    expect(run(own, 'show', 'shut').stdout).toContain('write    /tmp   (of its own');
    expect(run(own, 'diff', 'shut', 'open').stdout).not.toContain('/tmp');
    const shared = new ConfigFolder(`tmp = "shared"\n${user}`);
    expect(run(shared, 'show', 'shut').stdout).not.toContain('/tmp ');
    expect(run(shared, 'diff', 'shut', 'open').stdout).toContain('/tmp');
  });

  it('lints with status 1, each finding as one line of JSON', () => {
    const { status, stdout } = run(place(), 'lint', '--json');
    expect(status).toBe(1);
    const codes = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).code);
    expect(codes).toEqual(['writes-home', 'missing']);
  });

  it('says what differs with status 1, and nothing with status 0', () => {
    expect(run(place(), 'diff', ':read-only', 'docs')).toMatchObject({ status: 1 });
    expect(run(place(), 'diff', 'docs', 'docs')).toMatchObject({ status: 0, stdout: 'no difference\n' });
  });

  it('refuses a name that there is not, and wrong usage, with status 2', () => {
    const { status, stderr } = run(place(), 'show', 'dosc');
    expect(status).toBe(2);
    expect(stderr).toContain('there is no profile "dosc"');
    expect(stderr).toMatch(/^sallyport: profile: there is no/m);
    expect(run(place(), 'diff', 'docs').status).toBe(2);
  });
});
