import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  allowOnce,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';
import { openToolSession } from '../support/tool-session.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.skipIf(process.platform !== 'linux')(
  'what tools propose, in the timeline and on cards (Linux)',
  () => {
    let real: RealEngine;
    beforeAll(async () => {
      real = await startRealEngine();
    });
    afterAll(() => real.stop());

    test('each has one row, with its question and what came of it, below the turn of its agent', async () => {
      const base = makeFolder('sallyport-rows', '/var/tmp');
      const [cwd, outside] = [join(base.path, 'work'), join(base.path, 'outside')];
      mkdirSync(cwd);
      mkdirSync(outside);
      const tools = await openToolSession(real, {
        cwd,
        answer: ({ kind }, earlier) => {
          if (kind === 'perm') return { outcome: 'allowed', scope: 'turn' };
          return earlier > 0 ? allowOnce : rejectWith('not there');
        },
      });
      const add = (path: string) => ({ patch: `*** Begin Patch\n*** Add File: ${path}\n+a\n*** End Patch` });
      await tools.propose('apply_patch', add('in.txt'));
      await tools.propose('apply_patch', add(`${outside}/no.txt`));
      await tools.propose('apply_patch', add(`${outside}/yes.txt`));
      await tools.propose('request_permissions', {
        reason: 'the log',
        permissions: { file_system: { write: [outside] } },
      });
      await tools.propose('shell', { script: 'echo done; exit 2' });
      const { sessionId } = tools.session;
      await tools.close();
      const view = await real.engine.openRows(sessionId);
      const rows = view.rows.listMatches({}, 0, 100);
      view.release();
      const told = rows.map(({ kind, outcome, text, exitCode }) => ({ kind, outcome, text, exitCode }));
      base.remove();
      const edits = told.filter(({ kind }) => kind === 'edit');
      expect(edits.map(({ outcome }) => outcome)).toEqual(['ran', 'rejected', 'ran']);
      expect(told.filter(({ kind }) => kind === 'approval')).toMatchObject([
        { outcome: 'allowed', text: `write ${outside}` },
      ]);
      expect(told.filter(({ kind }) => kind === 'turn')).toMatchObject([
        { outcome: 'ran', text: 'tools for exec' },
        { outcome: 'ran', text: 'echo done; exit 2', exitCode: 2 },
      ]);
      expect(told.filter(({ kind }) => kind === 'command').every(({ text }) => !text.includes('.txt'))).toBe(
        true,
      );
      const [edit] = tools.questions;
      if (edit === undefined) throw new Error('nothing was asked');
      const { context, approval } = await real.engine.describeApproval(edit.approvalId);
      expect(approval?.files).toHaveLength(1);
      expect(context?.sentence).not.toBe('');
      expect(context?.ifRejected).toContain('Nothing is written');
    });
  },
);
