import { createLocalUi, mountApp } from '../../src/ui/index.ts';
import { createCannedLive, pageGate } from './canned-actions.ts';
import { NOW } from './canned-parts.ts';
import type { Scenes } from './scene.ts';

const files = import.meta.glob<{ scenes: Scenes }>('./scenes*.ts', { eager: true });
const all = Object.assign({}, ...Object.values(files).map(({ scenes }) => scenes)) as Scenes;

const query = new URLSearchParams(location.search);
const name = query.get('scene') ?? 'main';
const scene = all[name]?.();
if (scene === undefined) throw new Error(`no scene ${name}; there are: ${Object.keys(all).join(', ')}`);
const theme = query.get('theme');
if (location.hash === '') history.replaceState(null, '', scene.hash);

const { store, sources, actions } = createCannedLive(scene);
const local = createLocalUi(location.hash, undefined);
if (theme === 'light' || theme === 'dark') local.setState({ theme });
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no place for the app');
mountApp(root, {
  live: store,
  actions,
  local,
  host: {
    nowMs: () => NOW,
    every: (periodMs, tick) => {
      const timer = setInterval(tick, periodMs);
      return () => clearInterval(timer);
    },
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    copyText: async () => {},
    setHash: (hash) => history.pushState(null, '', hash),
    replaceHash: (hash) => history.replaceState(null, '', hash),
    platform: query.get('platform') === 'mac' ? 'mac' : 'other',
  },
});
scene.goOn?.(store, sources);
// a test of the page may turn it as it likes
Object.assign(window, { gallery: { store, local, actions, pageGate } });
