declare module '*/bundle.mjs' {
  /** A digest of every file the bundles are made from. */
  export function digestSources(): string;
}
