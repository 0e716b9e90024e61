declare module '*/build-windows.mjs' {
  export function findWindowsCompiler(): string | undefined;
  export function compileForWindows(compiler: string, sources: readonly string[], program: string): void;
  export function listWindowsSources(): string[];
}
