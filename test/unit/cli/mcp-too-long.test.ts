import { expect, test } from 'vitest';
import { answerTooLong } from '../../../src/cli/mcp.ts';
import { createLineSplitter } from '../../../src/protocol/index.ts';

test.each([
  ['{"jsonrpc":"2.0","id":7,"method":"x","params":"PAD"}', 7],
  ['{"method":"x","params":"PAD","jsonrpc":"2.0","id":"a-1"}', 'a-1'],
  ['{"params":{"id":3,"a":"PAD"},"method":"x"}', null],
])('a message that is too long is answered, and the next one is read: %s', (line, id) => {
  const lines: string[] = [];
  const answers: string[] = [];
  const splitter = createLineSplitter(
    (read) => lines.push(read),
    1000,
    (ends) => answers.push(answerTooLong(ends)),
  );
  const text = `${line.replace('PAD', 'x'.repeat(5000))}\nnext\n`;
  for (let at = 0; at < text.length; at += 700) splitter.feed(text.slice(at, at + 700));
  expect(lines).toEqual(['next']);
  expect(answers.map((answer) => JSON.parse(answer))).toEqual([
    { jsonrpc: '2.0', id, error: { code: -32600, message: expect.stringContaining('1 MiB') } },
  ]);
});
