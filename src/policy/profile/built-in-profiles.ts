import type { DraftEntry, ProfileDraft } from './read-profile.ts';

const BASE = {
  parent: undefined,
  origin: { layer: 'defaults' },
  restrictsReading: false,
  readsAllByDefault: true,
  hosts: [],
  networkEnabled: undefined,
  moreRoots: [],
  notes: [],
} as const;

function entry(kind: DraftEntry['kind'], path: string): DraftEntry {
  return { text: path, kind, path, access: 'write', origin: { layer: 'defaults' } };
}

/** The profile without any wall. It stands alone: nothing extends it. */
export const FULL_ACCESS = ':danger-full-access';

/** The profiles that are always there, by name. */
export const BUILT_IN_PROFILES: ReadonlyMap<string, ProfileDraft> = new Map(
  [
    { name: ':read-only', description: 'Read everything but secrets, write nothing', entries: [] },
    {
      name: ':workspace',
      description: 'Read everything but secrets, write in the workspace and for temporary files',
      entries: [entry('roots', '.'), entry('tmp', '/tmp'), entry('tmpdir', ':tmpdir')],
    },
    {
      name: FULL_ACCESS,
      description: 'No wall: read and write everything, reach every host',
      entries: [],
      networkEnabled: true,
    },
  ].map((profile) => [profile.name, { ...BASE, ...profile }]),
);
