export { controlSocketPath } from './control-socket.ts';
export { CreditedReceiver, CreditedSender } from './credited-streams.ts';
export { isEngineLocked, readEngineNote } from './engine-lock.ts';
export { findFolders } from './find-folders.ts';
export { createPageFiles } from './page-files.ts';
export { PAGE_CSP } from './page-policy.ts';
export { createSocketPipe, type SocketPipe } from './pipe-socket.ts';
export { ensurePrivateFolder } from './private-folder.ts';
export { type EngineFolders, lockFolderOf, type Serving, serveEngine } from './serve-engine.ts';
