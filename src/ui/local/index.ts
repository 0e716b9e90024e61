export { createLocalUi, type KeepPort, type LocalUi, type Theme } from './local-ui.ts';
export { goTo, type Page, PageContext, type PageHost, useLive, useLocal, usePage } from './page-context.ts';
export { parseRoute, type Route, writeRoute } from './route.ts';
export { useNow } from './use-now.ts';
