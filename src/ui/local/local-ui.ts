import { createStore, type StoreApi } from 'zustand/vanilla';
import { type ApprovalId, type RowFilter, SessionId, type TimelineRow } from '../../protocol/index.ts';
import { MAX_TERMINALS } from './panes.ts';
import { parseRoute, type Route } from './route.ts';

export type Theme = 'system' | 'light' | 'dark';

/** What this page remembers by itself, beside what the engine says. */
export interface LocalUi {
  readonly route: Route;
  readonly theme: Theme;
  /** Percent, 90 to 150. */
  readonly textSize: number;
  /** Single letters act as shortcuts; off for people whom they get in the way. */
  readonly hasLetterKeys: boolean;
  /** 24 or 36 px. */
  readonly density: 'compact' | 'comfortable';
  /** Sessions that show their terminal in place of the timeline, the last chosen last. */
  readonly terminals: readonly SessionId[];
  /** Row of the timeline that is selected, by its `rowId`. */
  readonly selectedRowId: string | undefined;
  /** That row as it was last seen: kept up to date while its page of rows is there, and kept when it has gone. */
  readonly selectedRow: TimelineRow | undefined;
  /** The question that the inspector shows. */
  readonly openApprovalId: ApprovalId | undefined;
  /** The person asked for this card to get the focus (a key, a click on a row); the card takes it and clears this. */
  readonly cardFocusWanted: ApprovalId | undefined;
  /** The question whose card was left for the list it came from: its row gets the focus where the card was a page. */
  readonly cameBackFrom: ApprovalId | undefined;
  readonly isHelpOpen: boolean;
  readonly filters: ReadonlyMap<SessionId, RowFilter>;
  /** Until when (epoch ms) a question is greyed in the inbox; its agent stays blocked. */
  readonly snoozedUntil: ReadonlyMap<ApprovalId, number>;
}

const KEPT = 'sallyport.local';
type Kept = Pick<LocalUi, 'theme' | 'textSize' | 'hasLetterKeys' | 'density' | 'terminals'>;
const DEFAULTS: Kept = {
  theme: 'system',
  textSize: 100,
  hasLetterKeys: true,
  density: 'compact',
  terminals: [],
};

/** Where settings of this page are kept; `undefined` where the host has no such place. */
export type KeepPort = Pick<Storage, 'getItem' | 'setItem'> | undefined;

function readKept(keep: KeepPort): Kept {
  try {
    const value: unknown = JSON.parse(keep?.getItem(KEPT) ?? '{}');
    if (typeof value !== 'object' || value === null) return DEFAULTS;
    const read = value as Partial<Record<keyof Kept, unknown>>;
    const { theme, textSize, hasLetterKeys, density } = read;
    return {
      theme: theme === 'light' || theme === 'dark' ? theme : 'system',
      textSize: typeof textSize === 'number' && textSize >= 90 && textSize <= 150 ? textSize : 100,
      hasLetterKeys: hasLetterKeys !== false,
      density: density === 'comfortable' ? 'comfortable' : 'compact',
      terminals: readIds(read.terminals),
    };
  } catch {
    // what another version left behind is no reason not to start
    return DEFAULTS;
  }
}

function readIds(value: unknown): SessionId[] {
  if (!Array.isArray(value)) return [];
  return value.slice(-MAX_TERMINALS).flatMap((id) => SessionId.safeParse(id).data ?? []);
}

/** The store of a page; the settings in it are kept from visit to visit. */
export function createLocalUi(hash: string, keep: KeepPort): StoreApi<LocalUi> {
  const route = parseRoute(hash);
  const store = createStore<LocalUi>(() => ({
    ...readKept(keep),
    route,
    selectedRowId: undefined,
    selectedRow: undefined,
    openApprovalId: 'approvalId' in route ? route.approvalId : undefined,
    cardFocusWanted: undefined,
    cameBackFrom: undefined,
    isHelpOpen: false,
    filters: new Map(),
    snoozedUntil: new Map(),
  }));
  store.subscribe(({ theme, textSize, hasLetterKeys, density, terminals }, before) => {
    const isSame =
      theme === before.theme &&
      textSize === before.textSize &&
      hasLetterKeys === before.hasLetterKeys &&
      density === before.density &&
      terminals === before.terminals;
    if (!isSame) keep?.setItem(KEPT, JSON.stringify({ theme, textSize, hasLetterKeys, density, terminals }));
  });
  return store;
}
