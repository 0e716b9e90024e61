/** Where our own things are inside a sandbox; /run is otherwise empty there. */
export const INSIDE_FOLDER = '/run/sallyport';

export const INSIDE_PATHS = {
  ask: `${INSIDE_FOLDER}/ask`,
  execGate: `${INSIDE_FOLDER}/exec-gate`,
  askSocket: `${INSIDE_FOLDER}/ask.sock`,
  dial: `${INSIDE_FOLDER}/dial`,
  certificates: `${INSIDE_FOLDER}/ca.pem`,
} as const;
