export { folderNameOf } from './folder-name.ts';
export { isPlainKey, isTyping, type KeyPress } from './letter-keys.ts';
export { createLocalUi, type LocalUi } from './local-ui.ts';
export { compareApprovals, findOldest, rankRisk } from './order-approvals.ts';
export {
  enterScreen,
  goTo,
  type Page,
  PageContext,
  type PageHost,
  renameCard,
  useLive,
  useLocal,
  usePage,
} from './page-context.ts';
export { type Pane, setPane } from './panes.ts';
export { parseRoute, type Route, writeRoute } from './route.ts';
export { useNarrow } from './use-narrow.ts';
export { useNow } from './use-now.ts';
