import { describe, expect, it } from 'vitest';
import {
  hostsInForce,
  judgeBlocked,
  judgeBlockedSocket,
  judgeEdit,
  judgeHost,
  judgeMoreAccess,
  judgeStep,
} from '../../../src/policy/index.ts';
import type { ConfigSnapshot, Facts, Judgement, PathFact } from '../../../src/protocol/index.ts';
import { makeFacts, makeSnapshot, makeSteps } from './judge-fixture.ts';

const FILE = '/etc/sallyport/requirements.toml';
const CLOSED = '/srv/closed';
const origin = { layer: 'managed', file: FILE, line: 3, column: 10 } as const;

function snapshotOf(changes: Partial<ConfigSnapshot> = {}): ConfigSnapshot {
  return makeSnapshot({
    secretPaths: [CLOSED],
    network: { allow: [], deny: ['bad.example'], proxy: null, caFile: null },
    managedDeny: { paths: [{ path: CLOSED, origin }], hosts: [{ text: 'bad.example', origin }] },
    ...changes,
  });
}

function judge(script: string, changes: Partial<ConfigSnapshot> = {}, kind: PathFact['kind'] = 'file') {
  const [step] = makeSteps(script);
  return judgeStep(step, snapshotOf(changes), makeFacts(step, { kind }));
}

const FACTS: Facts = makeFacts(makeSteps('true')[0]);
const refused = ({ verdict, grant, reasons }: Judgement) => ({ verdict, grant, text: reasons.at(-1)?.text });
const none = { read: [], write: [], hosts: [], sockets: [] };

describe('what the requirements of this machine deny', () => {
  it.each([
    [`cat ${CLOSED}/key`, 'It reads /srv/closed/key'],
    [`cp a ${CLOSED}/key`, 'It writes /srv/closed/key'],
    [`rm -r ${CLOSED}`, 'It removes /srv/closed'],
    ['cat /srv/closed', 'It reads /srv/closed'],
    [`true > ${CLOSED}/new`, 'It writes /srv/closed/new'],
  ])('is refused for the step %s, under every policy, with the place', (script, lead) => {
    for (const approvalPolicy of ['untrusted', 'on-request', 'never'] as const) {
      for (const kind of ['file', 'missing'] as const) {
        const judged = refused(judge(script, { approvalPolicy }, kind));
        expect(judged).toMatchObject({ verdict: 'refuse', grant: undefined });
        expect(judged.text).toBe(
          `${lead}, which the requirements of this machine deny (/srv/closed, ${FILE}:3): no answer opens it.`,
        );
      }
    }
  });

  it('is found behind a link', () => {
    const [step] = makeSteps('cat notes');
    const facts = makeFacts(step);
    const linked = {
      ...facts,
      paths: [{ text: 'notes', use: 'read', real: `${CLOSED}/key`, kind: 'file' }] as const,
    };
    expect(judgeStep(step, snapshotOf(), { ...linked, paths: [...linked.paths] }).verdict).toBe('refuse');
  });

  it('leaves what only has a like name to a question', () => {
    expect(judge('cp a /srv/closed-not').verdict).toBe('ask');
    expect(judge(`cat ${CLOSED}/key`, { managedDeny: undefined }).verdict).toBe('ask');
  });

  it('stays closed where an earlier grant had opened it', () => {
    const [step] = makeSteps(`cat ${CLOSED}/key`);
    const access = { ...none, read: [`${CLOSED}/key`] };
    expect(judgeStep(step, snapshotOf(), makeFacts(step), { access }).verdict).toBe('refuse');
  });

  it('is refused for a held call and a socket, with no grant', () => {
    const paths: PathFact[] = [{ text: `${CLOSED}/a`, use: 'write', real: `${CLOSED}/a`, kind: 'file' }];
    const held = judgeBlocked([`${CLOSED}/a`], snapshotOf(), { ...FACTS, paths });
    expect(refused(held)).toMatchObject({ verdict: 'refuse', grant: undefined });
    expect(refused(judgeBlockedSocket(`${CLOSED}/s`, snapshotOf()))).toMatchObject({
      verdict: 'refuse',
      grant: undefined,
    });
  });

  it.each([
    [{ ...none, read: [`${CLOSED}/a`] }, `It asks for ${CLOSED}/a,`],
    [{ ...none, write: ['/srv/other', CLOSED] }, `It asks for ${CLOSED},`],
    [{ ...none, sockets: [`${CLOSED}/s`] }, `It asks for ${CLOSED}/s,`],
    [{ ...none, hosts: [{ host: 'bad.example' }] }, `required by ${FILE}:3`],
  ])('refuses a request for more access that holds it: %j', (requested, text) => {
    const judged = refused(judgeMoreAccess(requested, snapshotOf(), FACTS));
    expect(judged).toMatchObject({ verdict: 'refuse', grant: undefined });
    expect(judged.text).toContain(text);
  });

  it('leaves a folder around it to a question: the wall keeps it hidden there', () => {
    expect(judgeMoreAccess({ ...none, read: ['/srv'] }, snapshotOf(), FACTS).verdict).toBe('ask');
  });

  it('refuses an edit, by its name and by where that leads', () => {
    const direct = judgeEdit([{ path: `${CLOSED}/a`, change: 'modify', patch: '' }], snapshotOf(), FACTS);
    const paths: PathFact[] = [
      { text: '/home/u/project/a', use: 'write', real: `${CLOSED}/a`, kind: 'file' },
    ];
    const edit = { path: '/home/u/project/a', change: 'modify', patch: '' } as const;
    const linked = judgeEdit([edit], snapshotOf(), { ...FACTS, paths });
    expect([direct.verdict, linked.verdict]).toEqual(['refuse', 'refuse']);
  });

  it('names the place of a denied host', () => {
    expect(judgeHost('bad.example', 443, hostsInForce(snapshotOf()))).toEqual({
      verdict: 'refuse',
      rule: `deny "bad.example", required by ${FILE}:3`,
    });
    const step = refused(judge('curl https://bad.example/x'));
    expect([step.verdict, step.text]).toEqual(['refuse', expect.stringContaining(`${FILE}:3`)]);
  });
});
