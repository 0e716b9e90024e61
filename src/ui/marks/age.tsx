import { type ReactNode, useMemo } from 'react';
import { useNow } from '../local/index.ts';

/** `41 s`, `2 min`, `1 h`, `3 d`: how long ago, or how long. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** `0.2 s`, `12.4 s`, `3 min`: how long something took. */
export function formatDuration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return formatAge(ms);
}

/** `14:02:07` in the time zone of the person. */
export function formatTime(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}

/** Time since a moment, kept up to date. */
export function Age(props: { readonly since: number }): ReactNode {
  const { since } = props;
  const nowMs = useNow();
  // writing a date for people is slow, and this is drawn every second in many places
  const [exact, local] = useMemo(() => {
    const date = new Date(since);
    return [date.toISOString(), date.toLocaleString()];
  }, [since]);
  return (
    <time dateTime={exact} title={local}>
      {formatAge(nowMs - since)}
    </time>
  );
}
