import {
  type PointerEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { MapMark } from '../../protocol/index.ts';
import { useLocal } from '../local/index.ts';
import { describeMap, drawShapes, type MapColours, shapesOfMap } from './minimap-picture.ts';
import css from './timeline.module.css';

const WIDTH = 24;
/** Px: what is in sight of a long session is less than a hair. */
const LEAST_FRAME = 10;

/** Shows where a row is; for rows under the pointer, without drawing anything else anew. */
export interface MinimapHandle {
  light(position: number | undefined): void;
}

interface MinimapProps {
  readonly marks: readonly MapMark[];
  readonly total: number;
  readonly range: { readonly first: number; readonly last: number };
  /** A person wants to see this part (0 to 1) of the rows. */
  onGo(part: number): void;
  readonly handle: Ref<MinimapHandle>;
}

/** The colours of the theme; system colours where the person has forced them. */
function readColours(element: Element): MapColours {
  if (matchMedia('(forced-colors: active)').matches) {
    return { row: 'GrayText', allowed: 'CanvasText', rejected: 'LinkText', waiting: 'Highlight' };
  }
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    row: token('--control'),
    allowed: token('--low'),
    rejected: token('--critical'),
    waiting: token('--accent'),
  };
}

/** Counts up when the system changes what colours look like. */
function useSystemColours(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const queries = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
      matchMedia(query),
    );
    const renew = (): void => setCount((before) => before + 1);
    for (const query of queries) query.addEventListener('change', renew);
    return () => {
      for (const query of queries) query.removeEventListener('change', renew);
    };
  }, []);
  return count;
}

function useHeight(ref: { readonly current: Element | null }): number {
  const [height, setHeight] = useState(0);
  useEffect(() => {
    if (ref.current === null) return;
    const observer = new ResizeObserver(([entry]) => setHeight(Math.round(entry?.contentRect.height ?? 0)));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  return height;
}

function Picture(props: Pick<MinimapProps, 'marks'> & { readonly height: number }): ReactNode {
  const { marks, height } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useLocal((ui) => ui.theme);
  const systemColours = useSystemColours();
  const shapes = useMemo(() => shapesOfMap(marks, height), [marks, height]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme is another picture of the same shapes
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context === null || context === undefined) return;
    // after the theme is on the page: it is set by an effect of its parent
    const frame = requestAnimationFrame(() => {
      const scale = devicePixelRatio;
      element.width = WIDTH * scale;
      element.height = height * scale;
      context.scale(scale, scale);
      drawShapes(context, shapes, readColours(element));
    });
    return () => cancelAnimationFrame(frame);
  }, [shapes, height, theme, systemColours]);
  return <canvas ref={canvas} className={css['mapPicture']} />;
}

/** The whole session in a strip: what was allowed, rejected, what waits, and what is in sight. */
export function Minimap(props: MinimapProps): ReactNode {
  const { marks, total, range, onGo } = props;
  const strip = useRef<HTMLDivElement>(null);
  const lit = useRef<HTMLDivElement>(null);
  const height = useHeight(strip);
  useImperativeHandle(
    props.handle,
    () => ({
      light: (position) => {
        if (lit.current === null) return;
        lit.current.hidden = position === undefined;
        lit.current.style.transform = `translateY(${(((position ?? 0) + 0.5) / Math.max(1, total)) * height}px)`;
      },
    }),
    [total, height],
  );
  const go = (event: PointerEvent<HTMLDivElement>): void => {
    const edge = event.currentTarget.getBoundingClientRect();
    onGo((event.clientY - edge.top) / Math.max(1, edge.height));
  };
  const part = height / Math.max(1, total);
  const frame = Math.min(height, Math.max(LEAST_FRAME, (range.last - range.first + 1) * part));
  const top = Math.min(height - frame, Math.max(0, ((range.first + range.last + 1) / 2) * part - frame / 2));
  return (
    <div
      ref={strip}
      role="img"
      aria-label={describeMap(marks, total)}
      className={css['map']}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) go(event);
      }}
    >
      <Picture marks={marks} height={height} />
      <div ref={lit} hidden className={css['mapLit']} />
      {total > 0 && height > 0 && (
        <div className={css['mapFrame']} style={{ height: frame, transform: `translateY(${top}px)` }} />
      )}
    </div>
  );
}
