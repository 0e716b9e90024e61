import {
  ChevronDown,
  ChevronRight,
  Download,
  EyeOff,
  Globe,
  KeyRound,
  type LucideIcon,
  Pin,
  Trash2,
  Upload,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { Risk, RiskEvidence, RiskFamily } from '../../protocol/index.ts';
import { Icon, Kbd, RiskChip, SafeText } from '../marks/index.ts';
import { FAMILY_WORDS } from './card-words.ts';
import css from './facts.module.css';

const FAMILY_ICONS: Record<RiskFamily, LucideIcon> = {
  destroys: Trash2,
  leaks: Upload,
  escalates: KeyRound,
  persists: Pin,
  'fetches-and-runs': Download,
  hides: EyeOff,
  'touches-remote': Globe,
};

/** How many pieces of evidence are in sight without asking for more. */
const SHOWN = 3;

function Evidence(props: { readonly evidence: RiskEvidence; readonly isExpanded: boolean }): ReactNode {
  const { evidence, isExpanded } = props;
  return (
    <li>
      <Icon of={FAMILY_ICONS[evidence.family]} size={14} />
      <span className={css['evidenceText']}>
        <SafeText text={evidence.text} maxChars={1000} />
        {isExpanded && evidence.quote !== undefined && (
          <code className={css['evidenceQuote']}>
            <SafeText text={evidence.quote} maxChars={2000} />
          </code>
        )}
      </span>
      <span className={css['family']}>
        {FAMILY_WORDS[evidence.family]} {isExpanded && evidence.score}
      </span>
    </li>
  );
}

function hasMore(risk: Risk): boolean {
  return risk.evidence.length > SHOWN || risk.evidence.some((one) => one.quote !== undefined);
}

/** The risk with why; what could not be assessed says that it is no verdict. */
export function CardRisk(props: {
  readonly risk: Risk | null;
  /** Before the question changed. */
  readonly before: Risk | null | undefined;
  readonly isExpanded: boolean;
  readonly hasKeyCap: boolean;
  onToggle(): void;
}): ReactNode {
  const { risk, before, isExpanded } = props;
  if (risk === null) {
    return (
      <div className={`${css['riskBox']} ${css['dashedBar']}`}>
        <div className={css['riskTop']}>
          <RiskChip risk={null} />
        </div>
        <p>Not a judgement about risk. You decide.</p>
      </div>
    );
  }
  const shown = isExpanded ? risk.evidence : risk.evidence.slice(0, SHOWN);
  const wasOther = before !== undefined && (before?.score !== risk.score || before?.level !== risk.level);
  return (
    <div className={`${css['riskBox']} ${css[risk.level]}`}>
      <div className={css['riskTop']}>
        {wasOther && (
          <>
            <span className={css['was']}>
              <RiskChip risk={before} />
            </span>
            <span role="img" aria-label="now">
              →
            </span>
          </>
        )}
        <RiskChip risk={risk} isOnCard />
        <span className={css['judge']}>rules</span>
      </div>
      <p>
        <SafeText text={risk.rationale} maxChars={2000} />
      </p>
      {shown.length > 0 && (
        <ul className={css['evidence']}>
          {shown.map((one, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two pieces of evidence may be the same but for their place
            <Evidence key={at} evidence={one} isExpanded={isExpanded} />
          ))}
        </ul>
      )}
      {hasMore(risk) && (
        <button
          type="button"
          className={css['expand']}
          aria-expanded={isExpanded}
          onClick={() => props.onToggle()}
        >
          <Icon of={isExpanded ? ChevronDown : ChevronRight} size={12} />
          {isExpanded ? 'Less' : 'Evidence'} ({risk.evidence.length}){props.hasKeyCap && <Kbd>E</Kbd>}
        </button>
      )}
    </div>
  );
}
