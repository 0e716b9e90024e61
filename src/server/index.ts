export { controlSocketPath } from './control-socket.ts';
export { CreditedReceiver, CreditedSender, PIECE_BYTES, WINDOW_BYTES } from './credited-streams.ts';
export { type EngineNote, isEngineLocked, readEngineNote } from './engine-lock.ts';
export { createSocketPipe, type SocketPipe } from './pipe-socket.ts';
export { ensurePrivateFolder } from './private-folder.ts';
export {
  type EngineFolders,
  lockFolderOf,
  type ServeOptions,
  type ServeOutcome,
  serveEngine,
} from './serve-engine.ts';
export { CUT_MARKER } from './subscriptions.ts';
