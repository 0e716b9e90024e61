import type { ReactNode } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import type { Approval } from '../../protocol/index.ts';
import { quoteWords } from '../../timeline/index.ts';
import { Segmented } from '../controls/index.ts';
import { SafeText } from '../marks/index.ts';
import css from './answers.module.css';
import {
  beginningOf,
  type CommandMatchChoice,
  coverWords,
  type LongerScope,
  longerScopes,
  matchChoices,
  SCOPE_WORDS,
} from './offer-scopes.ts';
import { PanelFoot, type PanelProps } from './panel-foot.tsx';
import { RuleLine } from './rule-line.tsx';

export interface AllowChoice {
  readonly scope: LongerScope;
  readonly match: CommandMatchChoice;
}

/** The narrowest that is offered: what the panel opens with every time. */
export function narrowestChoice(approval: Approval): AllowChoice {
  return { scope: longerScopes(approval)[0] ?? 'step', match: 'exact' };
}

const MATCH_WORDS: Record<CommandMatchChoice, string> = {
  exact: 'exactly this',
  prefix: 'more arguments',
};

function MatchChoice(props: {
  readonly argv: readonly string[];
  /** What the answer covers as a beginning. */
  readonly beginning: readonly string[];
  readonly choices: readonly CommandMatchChoice[];
  readonly value: CommandMatchChoice;
  onChange(match: CommandMatchChoice): void;
}): ReactNode {
  const words = { exact: quoteWords(props.argv), prefix: `${quoteWords(props.beginning)} *` };
  return (
    <RadioGroup
      className={css['match'] ?? ''}
      value={props.value}
      onChange={(value) => props.onChange(value === 'prefix' ? 'prefix' : 'exact')}
    >
      <Label className="visually-hidden">Which commands</Label>
      {props.choices.map((choice) => (
        <Radio key={choice} value={choice} className={css['radio'] ?? ''}>
          <i aria-hidden="true" />
          <span>{MATCH_WORDS[choice]}</span>
          <code>
            <SafeText text={words[choice]} maxChars={2000} />
          </code>
        </Radio>
      ))}
    </RadioGroup>
  );
}

/** For how long, and for what, a yes holds. Opens narrow every time. */
export function AllowPanel(
  props: PanelProps & {
    readonly approval: Approval;
    readonly choice: AllowChoice;
    onChange(choice: AllowChoice): void;
  },
): ReactNode {
  const { approval, choice } = props;
  const choices = matchChoices(approval, choice.scope);
  return (
    <>
      <h3 className={css['panelTitle']}>Allow for longer than once</h3>
      <div className={css['forRow']} data-choice="">
        <span>for</span>
        <Segmented
          label="For how long"
          value={choice.scope}
          isFull
          choices={longerScopes(approval).map((scope) => ({ value: scope, words: SCOPE_WORDS[scope] }))}
          onChange={(scope) => props.onChange({ scope, match: 'exact' })}
        />
      </div>
      {choices.length > 0 && approval.argv !== undefined && (
        <div data-choice="">
          <MatchChoice
            argv={approval.argv}
            beginning={beginningOf(approval)}
            choices={choices}
            value={choice.match}
            onChange={(match) => props.onChange({ scope: choice.scope, match })}
          />
        </div>
      )}
      <p className={css['covers']}>{coverWords(approval, choice.scope, choice.match)}</p>
      {choice.scope === 'always' && <RuleLine line={approval.always?.allow} file={approval.always?.file} />}
      <PanelFoot
        {...props}
        look="allow"
        words={choice.scope === 'always' ? 'Allow always' : `Allow for ${SCOPE_WORDS[choice.scope]}`}
      />
    </>
  );
}
