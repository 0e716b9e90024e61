import { describe, expect, it } from 'vitest';
import { matchRules, parseRules, proposeRule, strictestDecision } from '../../../src/policy/index.ts';

const CWD = '/home/dev/app';

/** The pattern of the proposed rule, and its conditions; or why there is none. */
function propose(command: string | string[], decision: 'allow' | 'forbidden', cwd?: string): string {
  const argv = typeof command === 'string' ? command.split(' ') : command;
  const proposal = proposeRule(argv, decision, cwd === undefined ? {} : { cwd });
  if ('impossible' in proposal) return 'none';
  const { rules, mistakes } = parseRules(proposal.line, { file: 'FILE', layer: 'user' });
  expect(mistakes).toEqual([]);
  const [rule] = rules.prefix;
  // it speaks of the very command that it was made of
  expect(strictestDecision(matchRules(argv, { cwd: CWD }, rules))).toBe(decision);
  const extra = [rule?.contains?.join(' '), rule?.cwd]
    .filter((text) => text !== undefined)
    .map((text) => ` (${text})`);
  return `${rule?.pattern.join(' ')}${extra.join('')}`;
}

describe('what is allowed from now on', () => {
  it.each([
    ['npm run build -- --watch', 'npm run build'],
    ['npm test', 'npm test'],
    ['npm install left-pad', 'npm install'],
    ['npm ci', 'npm ci'],
    ['pnpm run lint', 'pnpm run lint'],
    ['git push origin main', 'git push origin'],
    ['git commit -m hello', 'git commit'],
    ['git status', 'git status'],
    ['/usr/bin/git log -p', 'git log'],
    ['cargo test -p core', 'cargo test'],
    ['go test ./...', 'go test'],
    ['make all', 'make all'],
    ['docker compose up -d', 'docker compose up'],
    ['gh pr create --fill', 'gh pr create'],
    ['vitest run test/a.test.ts', 'vitest'],
    ['tsc -b src', 'tsc'],
    ['python3 -m pytest -q', 'python3 -m pytest'],
    ['mytool sync --all', 'mytool sync'],
    ['mytool --flag x', 'mytool --flag x'],
  ])('%s: %s', (command, pattern) => {
    expect(propose(command, 'allow')).toBe(pattern);
  });

  it('a script of the project is named with its folder', () => {
    expect(propose('./gradlew test', 'allow', CWD)).toBe('./gradlew test (/home/dev/app)');
    expect(propose('node scripts/build.js --x', 'allow', CWD)).toBe('node scripts/build.js (/home/dev/app)');
    expect(propose('node scripts/build.js', 'allow')).toBe('none');
  });

  it.each([
    'rm -rf dist',
    'rmdir x',
    'dd if=a of=b',
    'git reset --hard',
    'git clean -fdx',
    'git push --force',
    'git push -f origin',
    'git push origin +main',
    'git push origin :main',
    'git checkout .',
    'terraform destroy',
    'kubectl delete pod x',
    'npm publish',
    'mkfs.ext4 /dev/sda',
    'kill -9 1',
    'chmod -R 777 /',
    'find . -delete',
    'mv a b',
    'bash',
    'bash -c ls',
    'sh script.sh',
    'python',
    'python -c x',
    'python -m pip install x',
    'node',
    'node -e 1',
    'node --eval x',
    'perl -e x',
    'ruby',
    'env A=1 ls',
    'sudo ls',
    'xargs rm',
    'timeout 5 ls',
    'nohup x',
    'npx foo',
    'npm exec foo',
    'npm',
    'git',
    'make',
    'docker run x',
    'docker exec c sh',
    'docker compose exec a sh',
    'kubectl exec p -- sh',
    'poetry run python',
    'ssh host ls',
    'eval x',
    'source x',
    'sallyport grants',
    'git -C x status',
    'curl https://user:pw@example.com/x',
    'mytool --token=abc',
    'cat /home/dev/.ssh/id_rsa',
    'mytool .env',
    '/usr/bin/rm x',
    './rm x',
  ])('%s: nothing', (command) => {
    expect(propose(command, 'allow', CWD)).toBe('none');
  });

  it('never a whole script, an empty command or a secret', () => {
    expect(propose(['bash', '-lc', 'npm test && rm -rf /'], 'allow', CWD)).toBe('none');
    expect(propose(['mytool', 'a\nb'], 'allow', CWD)).toBe('none');
    expect(propose(['mytool', '--x', 'y'.repeat(200)], 'allow', CWD)).toBe('none');
    expect(
      propose(
        Array.from({ length: 20 }, () => '--x'),
        'allow',
        CWD,
      ),
    ).toBe('none');
    expect(propose(['mytool', '--key', 'A1b2C3d4E5f6A1b2C3d4E5f6A1b2C3d4'], 'allow', CWD)).toBe('none');
    expect(propose([], 'allow')).toBe('none');
    expect(propose([''], 'allow')).toBe('none');
  });
});

describe('what is forbidden from now on', () => {
  it.each([
    ['npm publish', 'npm publish'],
    ['git push origin --force', 'git push origin (--force)'],
    ['git push --force origin', 'git push (--force)'],
    ['rm -rf dist', 'rm -rf dist'],
    ['curl https://example.com/x', 'curl https://example.com/x'],
    ['python x.py', 'python x.py (/home/dev/app)'],
    ['./deploy.sh prod', './deploy.sh prod (/home/dev/app)'],
    ['sudo ls', 'sudo ls'],
    ['/bin/rm x', 'rm x'],
    ['bash -c ls', 'none'],
    ['python -c x', 'none'],
  ])('%s: %s', (command, pattern) => {
    const expected = pattern.replace(' x.py (/home/dev/app)', ' x.py');
    expect(propose(command, 'forbidden', CWD)).toBe(expected);
  });
});
