import type { ReactNode } from 'react';
import type { SessionId } from '../../protocol/index.ts';
import { countThings } from '../../timeline/index.ts';
import { useLive } from '../local/index.ts';
import { formatTime, SafeText } from '../marks/index.ts';
import { GrantCard } from './grant-card.tsx';
import css from './inspector.module.css';
import { ShownPath } from './shown-path.tsx';

const MODE_WORDS: Record<string, string> = {
  'read-only': 'reads everything but secrets, writes nothing',
  'workspace-write': 'writes in its folder and in temporary ones',
  'danger-full-access': 'no wall: only questions, rules and history',
};

const POLICY_WORDS: Record<string, string> = {
  untrusted: 'asks before everything that is not known to be harmless',
  'on-request': 'asks for what leaves the sandbox, and for what is risky',
  never: 'never asks: what would be a question is refused',
  granular: 'asks or refuses by its own table',
};

function Fact(props: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className={css['fact']}>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function GrantList(props: { readonly sessionId: SessionId }): ReactNode {
  const all = useLive((view) => view.grants);
  const grants = all.filter((grant) => grant.holder === props.sessionId || grant.holder === 'user');
  return (
    <section className={css['part']} aria-label="Grants in force">
      <h3>Grants in force {grants.length > 0 && <span className={css['meta']}>{grants.length}</span>}</h3>
      {grants.length === 0 ? (
        <p className={css['quiet']}>None: only what the mode gives.</p>
      ) : (
        <ul>
          {grants.map((grant) => (
            <GrantCard key={grant.grantId} grant={grant} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** A session as a whole: where it is, what holds in it, and what was allowed for longer than once. */
export function SessionFacts(props: { readonly sessionId: SessionId }): ReactNode {
  const { sessionId } = props;
  const head = useLive((view) => view.sessions.find((one) => one.sessionId === sessionId));
  const about = useLive((view) => view.about);
  const counts = useLive((view) => (view.watched?.sessionId === sessionId ? view.watched.counts : undefined));
  if (head === undefined) return <p className={css['quiet']}>The engine does not know this session.</p>;
  return (
    <div className={css['scroll']}>
      <dl className={css['facts']}>
        <Fact name="folder">
          <ShownPath path={head.workspace} />
        </Fact>
        <Fact name="agent">
          <SafeText text={head.agentName} maxChars={200} />
        </Fact>
        <Fact name="mode">
          {head.sandboxMode}
          <p className={css['meta']}>{MODE_WORDS[head.sandboxMode]}</p>
        </Fact>
        <Fact name="policy">
          {head.approvalPolicy}
          <p className={css['meta']}>{POLICY_WORDS[head.approvalPolicy]}</p>
        </Fact>
        {about !== undefined && head.sandboxMode !== 'danger-full-access' && (
          <Fact name="wall">{about.wallVersion}</Fact>
        )}
        <Fact name="opened">{formatTime(head.openedAt)}</Fact>
        {head.closedAt !== undefined && <Fact name="ended">{formatTime(head.closedAt)}</Fact>}
        {counts !== undefined && (
          <Fact name="so far">
            {countThings(counts.commands, 'command')}, {countThings(counts.files, 'file')},{' '}
            {countThings(counts.network, 'connection')}, {countThings(counts.approvals, 'question')}
          </Fact>
        )}
      </dl>
      <GrantList sessionId={sessionId} />
    </div>
  );
}
