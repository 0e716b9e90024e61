/** Memory of the host that a command can fill. */
import type { EscapeCase } from '../escape-case.ts';

const family = 'resources';
const kind = 'containment';
const LIMIT = 4 * 2 ** 20;

const FOLDERS: ReadonlyArray<readonly [folder: string, note?: string]> = [
  ['/tmp'],
  ['/dev/shm'],
  ['/run', 'root'],
  ['/run/sallyport', 'the folder is ours and does not exist outside'],
  ['/dev', 'root'],
];

const filled = ([folder, note]: (typeof FOLDERS)[number]): EscapeCase => ({
  id: `resources.fill ${folder}`,
  family,
  kind,
  title: `fill ${folder} beyond its size`,
  settings: { tmpSizeBytes: LIMIT },
  payload: (place) => {
    const file = `${folder}/${place.proof}`;
    return `dd if=/dev/zero of=${file} bs=1M count=8; [ "$(stat -c %s ${file})" -gt ${LIMIT} ] && reached; rm -f ${file}`;
  },
  ...(note === 'root' && { isForRoot: true }),
  ...(note !== undefined && note !== 'root' && { unshown: note }),
});

export const RESOURCE_CASES: readonly EscapeCase[] = [
  ...FOLDERS.map(filled),
  {
    id: 'resources.many small files',
    family,
    kind,
    title: 'fill /tmp with many files',
    settings: { tmpSizeBytes: LIMIT },
    isSlow: true,
    payload: (place) =>
      `mkdir /tmp/${place.proof}; cd /tmp/${place.proof}; head -c 16384 /dev/zero > one; for i in $(seq 600); do cp one f$i || break; done; [ "$(du -s . | cut -f1)" -gt ${LIMIT / 1024 + 1024} ] && reached; rm -rf /tmp/${place.proof}`,
  },
];
