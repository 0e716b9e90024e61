import { describe, expect, test } from 'vitest';
import { dependsOnInput } from '../../../src/policy/index.ts';

const FED = [
  'python3 -',
  'python3',
  'python3.12 -u',
  'python3 -X utf8',
  'python3 -W ignore',
  'bash',
  'bash -s',
  'sh -e',
  'sh -o pipefail',
  'node',
  'node -r mod',
  'node --input-type module',
  'node /dev/stdin',
  'perl -n -I lib',
  'ruby -I lib',
  'php',
  'awk -f -',
  'kubectl apply -f -',
  'timeout 5 python3 -',
  'sudo bash',
  'psql -d shop',
  'sqlite3 shop.db',
];
const WHOLE = [
  'python3 a.py',
  'python3 -u a.py',
  'python3 -m http.server',
  'python3 -X utf8 a.py',
  'python3 --version',
  'node a.js',
  'node --test a.js',
  'node -r mod a.js',
  'node -e 1',
  'perl -pe s/a/b/ f',
  'ruby -I lib a.rb',
  'bash a.sh',
  'bash -c ls',
  'deno task x',
  'touch a',
  'npm test',
  'psql -c select',
  'sqlite3 shop.db select',
];

describe('what a command does is not in its words', () => {
  test.each(FED)('%s takes it from its input', (line) => {
    expect(dependsOnInput(line.split(' '))).toBe(true);
  });

  test.each(WHOLE)('%s does not', (line) => {
    expect(dependsOnInput(line.split(' '))).toBe(false);
  });
});
