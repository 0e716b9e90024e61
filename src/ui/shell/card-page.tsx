import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ApprovalId } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { ApprovalCard } from '../inspector/index.ts';
import { goTo, type Route, usePage } from '../local/index.ts';
import { Icon } from '../marks/index.ts';
import css from './app.module.css';

/** A card as a page of its own, where there is no room beside the list. */
export function CardPage(props: { readonly approvalId: ApprovalId; readonly back: Route }): ReactNode {
  const page = usePage();
  return (
    <main className={css['cardPage']}>
      <div className={css['cardHead']}>
        <Button isCompact look="quiet" onPress={() => goTo(page, props.back)}>
          <Icon of={ArrowLeft} size={14} />
          Back
        </Button>
        <h1>
          Request <code>{props.approvalId}</code>
        </h1>
      </div>
      <div className={css['cardPlace']}>
        <ApprovalCard approvalId={props.approvalId} variant="page" />
      </div>
    </main>
  );
}
