import type { ReactNode } from 'react';

/** The form for a session. */
export function NewSessionPage(): ReactNode {
  return <h1>New session</h1>;
}
