import type { StoreApi } from 'zustand/vanilla';
import type { LiveView } from '../../src/client/index.ts';
import type { ApprovalContext, ApprovalId, SessionId, TimelineRow } from '../../src/protocol/index.ts';

/** The rows of a session, made when they are looked at. */
export interface RowSource {
  readonly total: number;
  at(index: number): TimelineRow | undefined;
}

/** A moment of the page, with all that the engine would say when the page asks. */
export interface Scene {
  readonly view: LiveView;
  /** Where the page begins when the address says nothing. */
  readonly hash: string;
  readonly rows: ReadonlyMap<SessionId, RowSource>;
  readonly contexts: ReadonlyMap<ApprovalId, ApprovalContext>;
  /** What goes on while one looks. */
  goOn?(store: StoreApi<LiveView>, sources: Map<SessionId, RowSource>): void;
}

/** Scenes by name; every file `scenes*.ts` exports `scenes`. */
export type Scenes = Readonly<Record<string, () => Scene>>;
