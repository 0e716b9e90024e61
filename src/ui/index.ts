export { createLocalUi, type KeepPort, type LocalUi, type Page, type PageHost } from './local/index.ts';
export { mountApp } from './mount-app.tsx';
