import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadRules } from '../../src/engine/config/load-rules.ts';
import { matchRules, splitScript } from '../../src/policy/index.ts';
import { makeFolder } from '../support/real-engine.ts';
import { type BenchRow, median, timeOne } from './measure.ts';

const SCRIPT = [
  'cd packages/app && npm ci',
  'npm run build 2>&1 | tail -20',
  'git status --short',
  'git push origin main',
  'rm -rf dist coverage',
  'cp -r src/assets dist/',
  'node scripts/check.js --strict > report.txt',
  'grep -rn needle src',
].join('\n');

const DECISIONS = ['allow', 'prompt', 'forbidden'];

/** A thousand rules, a tenth of them for one program, as a team's file grows. */
function writeRules(): string {
  return Array.from({ length: 1_000 }, (_, i) => {
    const program = i % 10 === 0 ? 'git' : `tool-${i}`;
    const decision = DECISIONS[i % 3];
    return `prefix_rule(pattern=["${program}", ["part-${i}", "other"], "x"], decision="${decision}", justification="reason ${i}", match=["${program} part-${i} x y"])`;
  }).join('\n');
}

/** Loading and asking a thousand rules. */
export async function benchRules(): Promise<BenchRow[]> {
  const folder = makeFolder('sallyport-bench-rules');
  mkdirSync(join(folder.path, 'rules'));
  writeFileSync(join(folder.path, 'rules', 'team.rules'), writeRules());
  const load = () => loadRules({ sallyportHome: folder.path, projects: [] });
  const loads: number[] = [];
  for (let i = 0; i < 21; i++) loads.push(await timeOne(load));
  const { rules } = load();
  folder.remove();
  const { steps } = splitScript(SCRIPT);
  const commands = steps.map(({ words }) => words.map(({ value }) => value ?? null));
  const rounds = 1_000;
  const matches: number[] = [];
  for (let i = 0; i < 7; i++) {
    matches.push(
      await timeOne(() => {
        for (let round = 0; round < rounds; round++)
          for (const argv of commands) matchRules(argv, { cwd: '/home/dev' }, rules);
      }),
    );
  }
  return [
    {
      name: `${rules.prefix.length} rules with examples, read and checked`,
      value: median(loads),
      unit: 'ms',
      aim: 'below 50 ms',
    },
    {
      name: `${commands.length} steps against ${rules.prefix.length} rules`,
      value: median(matches) / rounds,
      unit: 'ms',
      aim: 'below 1 ms',
    },
  ];
}
