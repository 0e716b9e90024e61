import { describe, expect, test } from 'vitest';
import { readAgentScript } from '../../../src/engine/agents/index.ts';

describe('a file of turns', () => {
  test('takes what is said as lines too, and knows the outcomes', () => {
    expect(readAgentScript('{"say": ["a", "b"]}', 'f')[0]?.action).toEqual({ kind: 'say', text: 'a\nb' });
    const text = '{"shell": "ls"}\n{"expect": {"outcome": "runs"}}';
    expect(() => readAgentScript(text, 'f')).toThrow(/f:2:1: runs is no outcome; there are .*ran/);
  });

  test('refuses a key that is given twice, also further in and written otherwise', () => {
    expect(() => readAgentScript('{"shell": "ls", "sh\\u0065ll": "rm x"}', 'f')).toThrow(
      /f:1:17: shell is given twice/,
    );
    const inner = '{"shell": "a: \\"b\\""}\n{"expect": {"outcome": "ran", "outcome": "fault"}}';
    expect(() => readAgentScript(inner, 'f')).toThrow(/f:2:31: outcome is given twice/);
  });

  test('has one action on each line, with its place', () => {
    const text = [
      '# a comment',
      '{"turn": "Build it"}',
      '',
      '{"shell": ["echo a", "echo b"], "reason": "to see"}',
      '{"expect": {"outcome": ["ran", "rejected"], "output": "a"}}',
    ].join('\r\n');
    expect(readAgentScript(text, 'f')).toEqual([
      { line: 2, action: { kind: 'turn', text: 'Build it' } },
      {
        line: 4,
        action: {
          kind: 'propose',
          proposal: { tool: 'shell', input: { script: 'echo a\necho b', reason: 'to see' } },
        },
      },
      { line: 5, action: { kind: 'expect', expected: { outcome: ['ran', 'rejected'], output: ['a'] } } },
    ]);
  });

  test('may call a tool, and name a delegated agent with each', () => {
    const call = { server: 's', tool: 't', arguments: { a: [1] }, read_only_hint: true };
    const lines = [
      { mcp_call: call, reason: 'r', agent_name: 'reviewer' },
      { shell: 'true', agent_name: 'reviewer' },
    ];
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    expect(readAgentScript(text, 'f').map(({ action }) => action)).toEqual([
      {
        kind: 'propose',
        proposal: { tool: 'mcp_call', input: { ...call, reason: 'r', agent_name: 'reviewer' } },
      },
      { kind: 'propose', proposal: { tool: 'shell', input: { script: 'true', agent_name: 'reviewer' } } },
    ]);
  });

  test.each([
    [['{"shell": "true"', 'x'], 'f:1:', 'this is not JSON'],
    [['[]'], 'f:1:1: ', 'this is no JSON object'],
    [['', '  {"shel": "true"}'], 'f:2:3: ', 'there is none of turn, say'],
    [['{"shell": "true", "say": "x"}'], 'f:1:1: ', 'do not go together'],
    [['{"shell": "true", "cwdd": "x"}'], 'f:1:1: ', 'cwdd is not known here'],
    [['{"shell": 1}'], 'f:1:1: ', 'shell is a text'],
    [['{"say": ""}'], 'f:1:1: ', 'say is a text'],
    [
      ['{"request_permissions": {"network": {"allow": "x"}}, "reason": "r"}'],
      'f:1:1: ',
      'permissions.network.allow',
    ],
    [['{"request_permissions": {}}'], 'f:1:1: ', 'reason'],
    [['{"expect": {}}'], 'f:1:1: ', 'stands behind a call'],
    [['{"shell": "true"}', '{"expect": {"exit": 0}}'], 'f:2:1: ', 'exit is not known here'],
    [['{"shell": "true"}', '{"expect": {"exitCode": "0"}}'], 'f:2:1: ', 'exitCode is a whole number'],
    [['{"mcp_call": "s"}'], 'f:1:1: ', 'mcp_call is an object'],
    [['{"mcp_call": {"server": "s"}}'], 'f:1:1: ', 'tool'],
    [['{"mcp_call": {"server": "s", "tool": "t", "arguments": [1]}}'], 'f:1:1: ', 'arguments is an object'],
    [['{"mcp_call": {"server": "s", "tool": "t", "args": {}}}'], 'f:1:1: ', 'args'],
    [
      ['{"mcp_call": {"server": "s", "tool": "t", "reason": "r"}}'],
      'f:1:1: ',
      'reason stands beside mcp_call',
    ],
    [['{"mcp_call": {"server": "s", "tool": "t"}, "cwd": "/"}'], 'f:1:1: ', 'cwd is not known here'],
    [['{"shell": "true", "agent_name": ""}'], 'f:1:1: ', 'agent_name'],
    [['# nothing'], 'f: ', 'there is nothing to play'],
  ])('that is wrong is told with file, line and column: %j', (lines, where, words) => {
    let message = '';
    try {
      readAgentScript(lines.join('\n'), 'f');
    } catch (thrown) {
      message = thrown instanceof Error ? thrown.message : '';
    }
    expect(message.startsWith(where)).toBe(true);
    expect(message).toContain(words);
  });
});
