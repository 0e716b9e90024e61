/**
 * Runs cases of the containment suite as whichever user, and tells each result as a JSON line. A process of its own, so
 * that a test can give it another user.
 */
import { listCases, runCases } from '../../src/cli/escape-test/index.ts';
import type { EscapeSpec } from './escape-runs.ts';

const spec = JSON.parse(process.argv[2] ?? '') as EscapeSpec;
if (spec.gid !== process.getgid?.()) {
  process.setgroups?.([spec.gid]);
  process.setgid?.(spec.gid);
}
if (spec.uid !== process.getuid?.()) process.setuid?.(spec.uid);
process.umask(0o022);

const wanted = new Set(spec.ids);
const cases = listCases().filter(({ id }) => wanted.has(id));
await runCases(cases, {
  parent: spec.parent,
  node: spec.node,
  launcher: spec.launcher,
  isWalled: spec.isWalled,
  helpers: spec.helpers,
  limitMs: spec.limitMs,
  onResult: (result) => void process.stdout.write(`${JSON.stringify(result)}\n`),
});
