import type { ReactNode } from 'react';

/** The first steps. */
export function WelcomePage(): ReactNode {
  return <h1>Welcome</h1>;
}
