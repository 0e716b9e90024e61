/**
 * Runs a classic BPF program of a seccomp filter over one system call, as the kernel does. Knows the instructions that
 * such filters use and throws for any other: a filter that is not understood proves nothing.
 */

/** A call as a filter sees it. Arguments are 64 bits wide. */
export interface FilteredCall {
  readonly arch: number;
  readonly nr: number;
  readonly args?: readonly bigint[];
}

const LOAD_WORD = 0x20;
const RETURN = 0x06;
const JUMP_ALWAYS = 0x05;
const JUMPS: Readonly<Record<number, (a: number, k: number) => boolean>> = {
  21: (a, k) => a === k,
  37: (a, k) => a > k,
  53: (a, k) => a >= k,
  69: (a, k) => (a & k) !== 0,
};
const AND = 0x54;
const INSTRUCTION_BYTES = 8;

/** What the filter returns for the call: its action in the high half, its data in the low one. */
export function evaluateBpf(program: Buffer, call: FilteredCall): number {
  const data = describe(call);
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const { code, whenTrue, whenFalse, k } = readInstruction(program, at);
    const jump = JUMPS[code];
    if (code === RETURN) return k;
    if (code === LOAD_WORD) accumulator = data.readUInt32LE(k);
    else if (code === AND) accumulator = (accumulator & k) >>> 0;
    else if (code === JUMP_ALWAYS) at += k;
    else if (jump !== undefined) at += jump(accumulator, k) ? whenTrue : whenFalse;
    else throw new Error(`instruction ${code.toString(16)} at ${at} is not known`);
  }
}

function readInstruction(program: Buffer, at: number) {
  const start = at * INSTRUCTION_BYTES;
  if (start + INSTRUCTION_BYTES > program.length) throw new Error(`runs over its end at ${at}`);
  return {
    code: program.readUInt16LE(start),
    whenTrue: program.readUInt8(start + 2),
    whenFalse: program.readUInt8(start + 3),
    k: program.readUInt32LE(start + 4),
  };
}

/** A `struct seccomp_data`. */
function describe({ arch, nr, args = [] }: FilteredCall): Buffer {
  const data = Buffer.alloc(64);
  data.writeInt32LE(nr | 0, 0);
  data.writeUInt32LE(arch, 4);
  for (let index = 0; index < 6; index++)
    data.writeBigUInt64LE(BigInt.asUintN(64, args[index] ?? 0n), 16 + index * 8);
  return data;
}
