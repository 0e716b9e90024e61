import type { ReactNode } from 'react';
import { Button } from '../controls/index.ts';
import { SafeText } from '../marks/index.ts';
import css from './timeline.module.css';

/** Widths of the shapes, in px, in the order of their rows. */
const SHAPES = [
  [150, 52],
  [196, 40],
  [120, 66],
  [176, 40],
  [90, 52],
  [160, 0],
] as const;

/** Still shapes in the height of rows, while the first ones are fetched. */
export function LoadingRows(props: { readonly name: string }): ReactNode {
  return (
    <div className={css['shapes']} aria-busy="true">
      {SHAPES.map(([text, outcome]) => (
        <div key={text} className={css['shapeRow']}>
          <i style={{ width: 44 }} />
          <i style={{ width: 14 }} />
          <i style={{ width: text }} />
          <i style={{ width: outcome }} />
        </div>
      ))}
      <p className={css['meta']}>
        Opening <SafeText text={props.name} />
      </p>
    </div>
  );
}

function Empty(props: { readonly title: ReactNode; readonly children?: ReactNode }): ReactNode {
  return (
    <div className={css['empty']}>
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}

/** The rows could not be fetched. */
export function FailedRows(props: { readonly message: string; onRetry(): void }): ReactNode {
  return (
    <Empty title="The timeline could not be read">
      <p>
        <SafeText text={props.message} />
      </p>
      <Button onPress={props.onRetry}>Try again</Button>
    </Empty>
  );
}

/** There are rows, but none fits the filter. */
export function NoFittingRows(props: { readonly query: string; onClear(): void }): ReactNode {
  return (
    <Empty title="No row fits">
      <p>
        No row of this session fits <code>{<SafeText text={props.query} />}</code>.
      </p>
      <Button onPress={props.onClear}>Clear filter</Button>
    </Empty>
  );
}

/** Nothing has happened in this session. */
export function NoRows(props: { readonly isOpen: boolean }): ReactNode {
  return (
    <Empty title={props.isOpen ? 'Nothing has happened yet' : 'Nothing happened in this session'}>
      {props.isOpen && <p>Every step that is run, asked about or stopped will stand here.</p>}
    </Empty>
  );
}
