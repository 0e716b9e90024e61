import { execFileSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { COMPLETION_WORDS } from '../../src/cli/completion-words.ts';
import { PROGRAM } from '../support/program.ts';

vi.setConfig({ testTimeout: 120_000 });

describe('completion', () => {
  function complete(line: string): string[] {
    const script = `
      eval "$(${process.execPath} ${PROGRAM} completion bash)"
      COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _sallyport; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('/bin/bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
  }
  it('of bash offers commands, verbs, flags and values', () => {
    expect(complete('sallyport ex')).toEqual(['exec']);
    expect(complete('sallyport approvals re')).toEqual(['reject']);
    expect(complete('sallyport exec --sandb')).toEqual(['--sandbox']);
    expect(complete('sallyport exec -s r')).toEqual(['read-only']);
    expect(complete('sallyport approvals allow --scope ""')).toEqual([
      'once',
      'step',
      'turn',
      'session',
      'until',
      'always',
    ]);
  });
  it('knows every command of the help', () => {
    const help = execFileSync(process.execPath, [PROGRAM, '--help'], {
      encoding: 'utf8',
    });
    for (const name of Object.keys(COMPLETION_WORDS)) expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
  });
  it('no help shows a default that is none', () => {
    for (const name of ['exec', 'check']) {
      const help = execFileSync(process.execPath, [PROGRAM, name, '--help'], {
        encoding: 'utf8',
      });
      expect(help).not.toContain('(default: []');
    }
  });
  it('every flag that is offered is known', () => {
    for (const [name, words] of Object.entries(COMPLETION_WORDS)) {
      if (['approvals', 'grants', 'history', 'config', 'completion', 'rules', 'profile'].includes(name))
        continue;
      const help = execFileSync(process.execPath, [PROGRAM, name, '--help'], {
        encoding: 'utf8',
      });
      for (const flag of words.filter((word) => word.startsWith('--') && word !== '--yolo')) {
        expect(help, `${name} ${flag}`).toContain(flag);
      }
    }
  });
});
