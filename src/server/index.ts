export { controlSocketPath } from './control-socket.ts';
export { CreditedReceiver, CreditedSender } from './credited-streams.ts';
export { isEngineLocked, readEngineNote } from './engine-lock.ts';
export { findFolders } from './find-folders.ts';
export { createSocketPipe } from './pipe-socket.ts';
export { ensurePrivateFolder } from './private-folder.ts';
export { type EngineFolders, lockFolderOf, serveEngine } from './serve-engine.ts';
