import type { GrantScope } from './grant.ts';

/** What a yes without further words gives: once, or, where that is not offered, the narrowest scope that is. */
export function plainScope({ scopes }: { readonly scopes: readonly GrantScope[] }): GrantScope {
  const [first = 'once'] = scopes;
  return scopes.includes('once') ? 'once' : first;
}
