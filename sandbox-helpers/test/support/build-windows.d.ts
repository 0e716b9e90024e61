declare module '*/build-windows.mjs' {
  export function findWindowsCompiler(): string | undefined;
  export function compileForWindows(compiler: string, sources: readonly string[], program: string): void;
  export function listWindowsSources(): string[];
  /** Compiles one source, to be linked by `compileForWindows`. Rejects when it fails. */
  export function compileObject(compiler: string, source: string, object: string): Promise<undefined>;
}
