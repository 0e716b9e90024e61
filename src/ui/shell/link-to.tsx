import type { MouseEvent, ReactNode } from 'react';
import { goTo, type Route, usePage, writeRoute } from '../local/index.ts';

/** A link to a screen; opens in another tab where the person asks the browser for that. */
export function LinkTo(props: {
  readonly route: Route;
  readonly className: string;
  readonly isHere: boolean;
  readonly title?: string;
  readonly children: ReactNode;
  onGo?(): void;
}): ReactNode {
  const page = usePage();
  const onClick = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    goTo(page, props.route);
    props.onGo?.();
  };
  return (
    <a
      href={writeRoute(props.route)}
      className={props.className}
      aria-current={props.isHere ? 'page' : undefined}
      title={props.title}
      onClick={onClick}
    >
      {props.children}
    </a>
  );
}
