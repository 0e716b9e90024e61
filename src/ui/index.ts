export { createLocalUi, type LocalUi, type PageHost } from './local/index.ts';
export { mountApp } from './mount-app.tsx';
