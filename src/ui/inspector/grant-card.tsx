import { KeyRound } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { type Grant, toFault } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { useLive, usePage } from '../local/index.ts';
import { Icon, SafeText } from '../marks/index.ts';
import { byWords } from './card-words.ts';
import { grantLines, grantScope, revokeWords } from './grant-words.ts';
import css from './inspector.module.css';

function usesWords(grant: Grant): string {
  return grant.uses === 1 ? 'used once' : `used ${grant.uses} times`;
}

type Asking = 'no' | 'sure' | 'sending';

/** One grant in force, with its revoke; the first press asks, and says what will be so. */
export function GrantCard(props: { readonly grant: Grant }): ReactNode {
  const { grant } = props;
  const { actions } = usePage();
  const isConnected = useLive((view) => view.connection.state === 'ready');
  const [asking, setAsking] = useState<Asking>('no');
  const [problem, setProblem] = useState<string>();
  const revoke = (): void => {
    setAsking('sending');
    actions.revoke(grant.grantId).then(
      (isRevoked) => {
        setAsking('no');
        setProblem(isRevoked ? undefined : 'It does not hold any more.');
      },
      (error: unknown) => {
        setAsking('no');
        setProblem(`Not revoked. ${toFault(error).message}`);
      },
    );
  };
  return (
    <li className={css['grant']}>
      <Icon of={KeyRound} size={14} />
      <div className={css['grantText']}>
        {grantLines(grant).map((line) => (
          <code key={line}>
            <SafeText text={line} maxChars={4096} />
          </code>
        ))}
        <p className={css['meta']}>
          {grantScope(grant)}, {usesWords(grant)}, <SafeText text={byWords(grant.source.by)} maxChars={200} />{' '}
          <code>{grant.source.approvalId}</code>
        </p>
        {asking !== 'no' && (
          <div className={css['confirm']}>
            <p>{revokeWords(grant)}</p>
            <Button isCompact onPress={() => setAsking('no')} isDisabled={asking === 'sending'}>
              Keep it
            </Button>
            <Button isCompact look="deny" onPress={revoke} isDisabled={asking === 'sending' || !isConnected}>
              Revoke it
            </Button>
          </div>
        )}
        {problem !== undefined && (
          <p className={css['problem']} role="status">
            <SafeText text={problem} maxChars={1000} />
          </p>
        )}
      </div>
      {asking === 'no' && (
        <Button
          isCompact
          isDisabled={!isConnected}
          onPress={() => setAsking('sure')}
          label={`Revoke ${grant.grantId}`}
        >
          Revoke
        </Button>
      )}
    </li>
  );
}
