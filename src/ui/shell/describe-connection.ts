import type { Connection } from '../../client/index.ts';

/** Told once, aloud, when the engine is gone. */
export const LOST_WORDS = 'Not connected to the engine. Agents stay blocked; nothing is allowed.';

/** Prints an address whether an engine runs or not. */
const ADDRESS_COMMAND = 'npx sallyport --no-open';

/** What the strip below the title says. */
export interface StripWords {
  readonly title: string;
  readonly text: string;
  /** What to type, where that helps. */
  readonly commands: readonly string[];
  /** Of the next try. */
  readonly progress: string;
  readonly action: 'retry' | 'reload' | 'none';
}

/** The strip for a connection; `undefined` where all is well. */
export function describeConnection(connection: Connection, nowMs: number): StripWords | undefined {
  switch (connection.state) {
    case 'ready':
    case 'connecting':
      return undefined;
    case 'lost':
      return {
        title: 'Not connected to the engine.',
        text: 'Agents stay blocked; nothing is allowed.',
        commands: [],
        progress: describeTry(connection.retryAt - nowMs, connection.attempt),
        action: 'retry',
      };
    case 'refused':
      return describeRefusal(connection);
  }
}

function describeTry(leftMs: number, attempt: number): string {
  const seconds = Math.ceil(leftMs / 1000);
  const when = seconds > 0 ? `trying again in ${seconds} s` : 'trying again now';
  return `${when}, attempt ${attempt}`;
}

function describeRefusal(connection: Extract<Connection, { readonly state: 'refused' }>): StripWords {
  const common = { commands: [], progress: '' } as const;
  if (connection.reason === 'signed-out') {
    return {
      ...common,
      title: 'This page is not signed in.',
      text: 'For an address that signs it in, type in a terminal:',
      commands: [ADDRESS_COMMAND],
      action: 'none',
    };
  }
  return {
    ...common,
    title: 'This page and the engine are of different versions.',
    text: connection.message,
    action: 'reload',
  };
}

/** What a page says that has been told nothing yet, and the command that helps. */
export function describeUnknown(connection: Connection): {
  readonly text: string;
  readonly command?: string;
} {
  switch (connection.state) {
    case 'refused':
      return connection.reason === 'signed-out'
        ? {
            text: 'To see what waits, sign this page in: open the address that this prints in a terminal:',
            command: ADDRESS_COMMAND,
          }
        : { text: connection.message };
    case 'lost':
      return {
        text: 'No engine answers. This page goes on by itself once one runs; to start it, type in a terminal:',
        command: ADDRESS_COMMAND,
      };
    default:
      return { text: 'Waiting for the engine.' };
  }
}
