import type { Fault } from '../protocol/index.ts';
import { showText } from '../timeline/index.ts';

/** `command`: a command of the user's would have run; `tool`: one of our own. */
export type ExitStyle = 'command' | 'tool';

/** The exit status for a fault: 2 usage or configuration, 3 this machine cannot, 125 a command did not start. */
export function exitStatusOf(fault: Fault, style: ExitStyle): number {
  if (fault.kind === 'user') return 2;
  if (style === 'command') return 125;
  return fault.kind === 'host' ? 3 : 1;
}

/** The lines for people: what is wrong, and the way out. */
export function describeFault(fault: Fault): string {
  const lines = [`sallyport: ${showText(fault.message)}`];
  if (fault.hint !== undefined) lines.push(`  ${showText(fault.hint)}`);
  if (fault.kind === 'bug' && fault.cause instanceof Error && fault.cause.stack !== undefined) {
    lines.push(showText(fault.cause.stack));
  }
  return `${lines.join('\n')}\n`;
}

export { toFault } from '../protocol/index.ts';
