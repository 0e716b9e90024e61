import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { encodeField, type TestUser } from './helper-files.ts';

export interface HolderReply {
  readonly id: string;
  readonly ok: boolean;
  readonly step?: string;
  readonly errno?: string;
}

/** What the holder's guard tells by itself. */
export interface GuardTold {
  readonly type: string;
  readonly path: string;
  readonly step?: string;
  readonly errno?: string;
}

export interface RunningHolder {
  readonly holderPid: number;
  readonly anchorPid: number;
  readonly child: ChildProcessWithoutNullStreams;
  /** All that the guard has told so far; it is read with the answers of commands. */
  readonly told: readonly GuardTold[];
  command(
    verb: 'mount' | 'umount' | 'hide' | 'reveal' | 'guard' | 'enter' | 'leave',
    ...fields: readonly (string | number)[]
  ): Promise<HolderReply>;
  close(): Promise<number | null>;
}

/** Starts a holder; rejects with its stderr when it ends before it is ready. */
export async function startHolder(
  program: string,
  ops: readonly string[],
  user: TestUser | undefined,
): Promise<RunningHolder> {
  const child = spawn(program, [...ops, '--view-end'], { ...user?.ids, cwd: '/', stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) {
    const code = await closed;
    throw new Error(`${code}: ${stderr}`);
  }
  const ready = JSON.parse(first.value) as { holderPid: number; anchorPid: number };
  let lastId = 0;
  const told: GuardTold[] = [];
  return {
    ...ready,
    child,
    told,
    async command(verb, ...fields) {
      child.stdin.write(
        `${[verb, ++lastId, ...fields.map((field) => encodeField(String(field)))].join(' ')}\n`,
      );
      for (;;) {
        const line = JSON.parse(String((await lines.next()).value)) as HolderReply | GuardTold;
        if ('id' in line) return line;
        told.push(line);
      }
    },
    close() {
      child.stdin.end();
      return closed;
    },
  };
}
