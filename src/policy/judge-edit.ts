/**
 * Judges a proposed change of files, which is applied all or nothing and by the engine, not by a step behind the wall.
 * Promises: the strictest file decides, and every file that lies beyond the access is named. Does not promise that the
 * files are still as shown: whoever applies the change compares them. Without it a patch could write what no step may.
 */
import type { ConfigSnapshot, EditFile, Facts, Judgement, Reason } from '../protocol/index.ts';
import { decideByPolicy, type PolicyRow } from './judge-policy.ts';
import { showText } from './judge-show.ts';
import { refuseManagedPath } from './managed-deny.ts';
import { classifyPath, describeDenial, type PathClass } from './path-access.ts';
import { strictestVerdict } from './strictest-verdict.ts';

type EditPlace = NonNullable<EditFile['place']>;

interface Placed {
  readonly path: string;
  /** What is done to it, as `creates`. */
  readonly verb: string;
  readonly place: EditPlace;
  /** It is true of one end of a move, and not known of which. */
  readonly isEither?: true;
}

const PLACES: Readonly<Record<PathClass, EditPlace>> = {
  inside: 'inside',
  scratch: 'inside',
  device: 'inside',
  outside: 'outside',
  protected: 'protected',
  secret: 'secret',
  denied: 'secret',
  unreadable: 'outside',
};
const STRICTNESS: readonly EditPlace[] = ['inside', 'outside', 'unknown', 'protected', 'secret'];

const VERBS: Readonly<Record<EditFile['change'], string>> = {
  create: 'creates',
  modify: 'changes',
  delete: 'removes',
  move: 'moves',
};
const TAILS: Readonly<Record<Exclude<EditPlace, 'inside'>, string>> = {
  outside: 'which lies outside what this session may write',
  unknown: 'which could not be looked up, so that it is judged as lying outside',
  protected: 'which is protected although it lies below a writable folder',
  secret: 'which is kept secret from sessions',
};

/** Where a path lies; with what its facts and its proposal say of it, the strictest counts. */
function placeOfEdit(
  path: string,
  file: { readonly place?: EditPlace | undefined },
  snapshot: ConfigSnapshot,
  facts: Facts,
): EditPlace {
  const known = facts.paths.find((fact) => fact.text === path || fact.real === path);
  const places: EditPlace[] = [PLACES[classifyPath(path, snapshot)]];
  if (known?.real === null || known?.kind === 'unknown') places.push('unknown');
  else if (known) places.push(PLACES[classifyPath(known.real, snapshot)]);
  if (file.place !== undefined) places.push(file.place);
  return [...STRICTNESS].reverse().find((place) => places.includes(place)) ?? 'unknown';
}

function placeFiles(files: readonly EditFile[], snapshot: ConfigSnapshot, facts: Facts): Placed[] {
  return files.flatMap((file) => {
    const { path, to, change, place: proposed } = file;
    const placeAlone = (end: string): EditPlace =>
      placeOfEdit(end, { ...file, place: undefined }, snapshot, facts);
    if (to === undefined) {
      return [{ path, verb: VERBS[change], place: placeOfEdit(path, file, snapshot, facts) }];
    }
    const ends: Placed[] = [
      { path, verb: VERBS.move, place: placeAlone(path) },
      { path: to, verb: 'moves a file to', place: placeAlone(to) },
    ];
    // What the proposal says is of the stricter end; where both look milder from here, it is said of the move.
    const isKnown =
      proposed === undefined || ends.some(({ place }) => strictness(place) >= strictness(proposed));
    return isKnown
      ? ends
      : [...ends, { path: to, verb: `moves ${showText(path)} to`, place: proposed, isEither: true }];
  });
}

function strictness(place: EditPlace): number {
  return STRICTNESS.indexOf(place);
}

function rowOf(place: EditPlace, snapshot: ConfigSnapshot): PolicyRow {
  if (place === 'protected') return 'edit-protected';
  // Behind no wall there is no outside.
  if (place === 'inside' || snapshot.sandboxMode === 'danger-full-access') return 'edit-inside';
  return 'edit-outside';
}

function reasonFor({ path, verb, place, isEither }: Placed, snapshot: ConfigSnapshot): Reason | null {
  if (rowOf(place, snapshot) === 'edit-inside' || place === 'inside') return null;
  const tail = isEither ? `one of ${TAILS[place]}` : TAILS[place];
  const why = describeDenial(path, snapshot) ?? tail;
  return { code: `edit-${place}`, text: `It ${verb} ${showText(path)}, ${why}.` };
}

/** By its name and by where that leads. */
function refuseManaged({ path, verb }: Placed, snapshot: ConfigSnapshot, facts: Facts): Reason | null {
  const known = facts.paths.find((fact) => fact.text === path || fact.real === path);
  return refuseManagedPath(`It ${verb} ${showText(path)}`, [path, known?.real ?? path], snapshot);
}

/** The verdict on a change of files, with every file that lies beyond the access as a reason. */
export function judgeEdit(files: readonly EditFile[], snapshot: ConfigSnapshot, facts: Facts): Judgement {
  const placed = placeFiles(files, snapshot, facts);
  const closed = placed.flatMap((item) => refuseManaged(item, snapshot, facts) ?? []);
  if (closed.length > 0) return { verdict: 'refuse', category: 'edit', reasons: closed, risk: null };
  const rows = new Set(placed.map(({ place }) => rowOf(place, snapshot)));
  const decided = [...rows].map((row) => decideByPolicy(row, snapshot));
  const verdict = files.length === 0 ? 'refuse' : strictestVerdict(decided.map((item) => item.verdict));
  const deciding = decided.filter((item) => item.verdict === verdict).at(-1);
  const found = placed.map((item) => reasonFor(item, snapshot)).filter((reason) => reason !== null);
  const plain: Reason = {
    code: 'edit-inside',
    text: 'All files of this change lie within what this session may write.',
  };
  const nothing: Reason = { code: 'edit-empty', text: 'It changes no file.' };
  const said = files.length === 0 ? [nothing] : found.length > 0 ? found : verdict === 'allow' ? [plain] : [];
  return {
    verdict,
    category: 'edit',
    reasons: [...said, ...(deciding === undefined ? [] : [deciding.reason])],
    risk: null,
  };
}
