/** Keys as they are printed; `Mod` is Ctrl, or ⌘ on a Mac. */
export interface KeyLine {
  readonly keys: readonly string[];
  readonly does: string;
}
export interface KeyGroup {
  readonly title: string;
  readonly lines: readonly KeyLine[];
}

/** Every key of the page. */
export const KEY_TABLE: readonly KeyGroup[] = [
  {
    title: 'Everywhere',
    lines: [
      { keys: ['Mod+J'], does: 'Go to the card that has waited longest' },
      { keys: ['?'], does: 'This list' },
    ],
  },
  {
    title: 'On a card that has the focus',
    lines: [
      { keys: ['A'], does: 'Allow once (more access: for the turn), where the risk is below high' },
      { keys: ['Mod+Enter'], does: 'Allow once, also when the risk is high or critical' },
      { keys: ['R'], does: 'Reject' },
      { keys: ['F'], does: 'Reject with feedback' },
      { keys: ['S'], does: 'Allow for longer' },
      { keys: ['T'], does: 'Edit the text, where it can be' },
      { keys: ['E'], does: 'Show the evidence' },
      { keys: ['Esc'], does: 'Leave the card; never an answer' },
    ],
  },
  {
    title: 'In the inbox',
    lines: [
      { keys: ['J', 'K'], does: 'Next, previous; also ↓ and ↑' },
      { keys: ['Enter'], does: 'Open the card and go to it' },
      { keys: ['X', '⇧X'], does: 'Select; select all up to here' },
      { keys: ['U'], does: 'Next high or critical' },
      { keys: ['G'], does: 'Group by session or by same action' },
      { keys: ['/'], does: 'Filter' },
      { keys: ['Z'], does: 'Snooze for 10 minutes; the agent stays blocked' },
      { keys: ['P'], does: 'Pause the session, or let it go on' },
    ],
  },
  {
    title: 'In a session',
    lines: [
      { keys: ['N', '⇧N'], does: 'Next, previous waiting request' },
      { keys: ['[', ']'], does: 'Previous, next approval' },
      { keys: ['/'], does: 'Query' },
      { keys: ['F'], does: 'Follow the end' },
      { keys: ['↑', '↓'], does: 'Previous, next row' },
      { keys: ['Enter'], does: 'Open the card of the row' },
    ],
  },
  {
    title: 'In a terminal',
    lines: [{ keys: ['F6'], does: 'Leave it, while typing there is on' }],
  },
];

/** A key as the keyboard at hand names it. */
export function nameKey(key: string, platform: 'mac' | 'other'): string {
  return key.replace('Mod+', platform === 'mac' ? '⌘' : 'Ctrl ');
}
