/** Starts a child that inherits this file mode mask. Nothing else runs meanwhile: a start is one synchronous call. */
export function withUmask<T>(umask: number | undefined, start: () => T): T {
  if (umask === undefined) return start();
  const own = process.umask(umask);
  try {
    return start();
  } finally {
    process.umask(own);
  }
}
