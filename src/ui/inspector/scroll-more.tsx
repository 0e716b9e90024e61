import { ArrowDown } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { Icon } from '../marks/index.ts';
import css from './card.module.css';

/** Scrolls, and says when there is more below than is in sight. */
export function ScrollMore(props: { readonly children: ReactNode }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [hasMore, setMore] = useState(false);

  const measure = useCallback(() => {
    const { current } = box;
    if (current !== null) setMore(current.scrollHeight - current.scrollTop - current.clientHeight > 8);
  }, []);
  useEffect(() => {
    const sizes = new ResizeObserver(measure);
    for (const element of [box.current, content.current]) if (element !== null) sizes.observe(element);
    return () => sizes.disconnect();
  }, [measure]);

  const onDown = (): void => {
    const { current } = box;
    current?.scrollBy({ top: current.clientHeight - 40, behavior: 'smooth' });
  };
  return (
    <div className={css['scrollFrame']}>
      <div
        ref={box}
        className={css['scroll']}
        onScroll={measure}
        data-card-part=""
        {...(hasMore && { tabIndex: 0 })}
      >
        <div ref={content} className={css['content']}>
          {props.children}
        </div>
      </div>
      {hasMore && (
        <div className={css['fade']}>
          <button type="button" className={css['more']} onClick={onDown}>
            <Icon of={ArrowDown} size={12} />
            More below
          </button>
        </div>
      )}
    </div>
  );
}
