import { useEffect, useState } from 'react';
import { usePage } from './page-context.ts';

/** The time, renewed every `periodMs`: for ages, which are never exact to the second anyway. */
export function useNow(periodMs = 1000): number {
  const { host } = usePage();
  const [nowMs, setNowMs] = useState(() => host.nowMs());
  useEffect(() => host.every(periodMs, () => setNowMs(host.nowMs())), [host, periodMs]);
  return nowMs;
}
