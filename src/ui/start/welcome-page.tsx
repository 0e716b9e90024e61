import { Play, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Fault } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { goTo, useLive, usePage } from '../local/index.ts';
import { Icon, SafeText } from '../marks/index.ts';
import { DEMO_WALK } from './demo-walk.ts';
import css from './welcome.module.css';

/** The first steps: what this is, an example with real commands and questions, and the way to a session of one's own. */
export function WelcomePage(): ReactNode {
  const page = usePage();
  const isReady = useLive((view) => view.connection.state === 'ready');
  const [state, setState] = useState<'idle' | 'starting'>('idle');
  const [failure, setFailure] = useState<string>();

  function startExample(): void {
    setState('starting');
    setFailure(undefined);
    page.actions.startDemo().then(
      ({ sessionId }) => goTo(page, { screen: 'session', sessionId }),
      (thrown: unknown) => {
        setState('idle');
        setFailure(thrown instanceof Fault ? `${thrown.message}. ${thrown.hint ?? ''}` : String(thrown));
      },
    );
  }

  return (
    <div className={css['welcome']}>
      <header className={css['welcomeHead']}>
        <h1 tabIndex={-1}>A gate with two doors</h1>
        <p>
          Agents and scripts run behind a wall that the operating system keeps. Before anything crosses it you
          are asked, and everything that happened can be looked at afterwards. Waiting never allows.
        </p>
      </header>
      <div className={css['doors']}>
        <section className={css['door']} aria-labelledby="door-example">
          <h2 id="door-example">See it work</h2>
          <p className={css['quiet']}>
            A real script in a scratch project, five questions, about a minute. Nothing of yours is touched.
          </p>
          <div>
            <Button look="primary" isDisabled={!isReady || state === 'starting'} onPress={startExample}>
              <Icon of={Play} size={14} /> {state === 'starting' ? 'Starting…' : 'Start the example'}
            </Button>
          </div>
        </section>
        <section className={css['door']} aria-labelledby="door-own">
          <h2 id="door-own">Start your own</h2>
          <p className={css['quiet']}>
            Choose a folder and a script. What will be enforced, and what will be asked, is shown before it
            starts.
          </p>
          <div>
            <Button isDisabled={!isReady} onPress={() => goTo(page, { screen: 'new' })}>
              <Icon of={Plus} size={14} /> New session
            </Button>
          </div>
        </section>
      </div>
      {failure !== undefined && (
        <p className={css['problem']} role="alert">
          <SafeText text={failure} maxChars={1000} />
        </p>
      )}
      <section aria-labelledby="walk-head">
        <h2 id="walk-head" className={css['previewHead']}>
          What the example asks
        </h2>
        <ol className={css['walk']}>
          {DEMO_WALK.map((step, place) => (
            <li key={step.name}>
              <span className={css['number']}>{place + 1}</span>
              <div>
                <p>
                  <b>{step.name}.</b> {step.advice}
                </p>
                <p>{step.why}</p>
              </div>
            </li>
          ))}
        </ol>
      </section>
      <p className={css['welcomeFoot']}>
        <span className={css['quiet']}>
          In a terminal: <code>sallyport exec</code> runs a script, <code>sallyport approvals watch</code>{' '}
          answers, <code>sallyport doctor</code> checks this machine.
        </span>
      </p>
    </div>
  );
}
