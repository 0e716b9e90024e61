declare module '*/find-chromium.mjs' {
  /** The path of Chromium or Chrome, or `undefined` where none is found. `CHROMIUM` names another one. */
  export function findChromium(): string | undefined;
}
