import { readFile } from 'node:fs/promises';

/** Where something is mounted, as a process sees it; null when it has ended. Throws where the kernel does not show it. */
export async function readMountPoints(pid: number): Promise<ReadonlySet<string> | null> {
  try {
    return parseMountPoints(await readFile(`/proc/${pid}/mountinfo`, 'latin1'));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EINVAL') return null;
    throw cause;
  }
}

/** Of a table as the kernel prints it, each byte a character: blanks and line ends in a name are written in octal. */
export function parseMountPoints(table: string): ReadonlySet<string> {
  const points = new Set<string>();
  for (const line of table.split('\n')) {
    const field = line.split(' ')[4];
    if (field === undefined) continue;
    const bytes = field.replaceAll(/\\([0-7]{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    );
    points.add(Buffer.from(bytes, 'latin1').toString('utf8'));
  }
  return points;
}
