import { type ReactNode, useMemo, useState } from 'react';
import type { EditFile } from '../../protocol/index.ts';
import { countThings } from '../../timeline/index.ts';
import { SafeDiffLine } from '../marks/index.ts';
import css from './edit-files.module.css';
import { countPatch, PATCH_LINES, type PatchLine, readPatch } from './read-patch.ts';
import { ShownPath } from './shown-path.tsx';

const CHANGES: Record<EditFile['change'], string> = {
  create: 'new',
  modify: 'changed',
  delete: 'deleted',
  move: 'moved',
};

const SIGNS: Record<PatchLine['kind'], string> = { added: '+', removed: '−', same: ' ', place: '' };

function PatchLines(props: { readonly lines: readonly PatchLine[] }): ReactNode {
  const [shown, setShown] = useState(PATCH_LINES);
  const rest = props.lines.length - shown;
  return (
    <>
      <pre className={css['patch']}>
        {props.lines.slice(0, shown).map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name than their place
          <span key={at} className={`${css['line']} ${css[line.kind]}`}>
            <i>{line.isRest ? '↳' : SIGNS[line.kind]}</i>
            <SafeDiffLine
              text={line.text}
              isEnd={line.kind !== 'place' && props.lines[at + 1]?.isRest !== true}
            />
          </span>
        ))}
      </pre>
      {rest > 0 && (
        <button type="button" className={css['more']} onClick={() => setShown(shown * 3)}>
          Show more ({countThings(rest, 'line')})
        </button>
      )}
    </>
  );
}

function OneFile(props: { readonly file: EditFile }): ReactNode {
  const { file } = props;
  const lines = useMemo(() => readPatch(file.patch), [file.patch]);
  const { added, removed } = countPatch(lines);
  return (
    <li className={css['file']}>
      <p className={css['head']}>
        <span className={css['name']}>
          <ShownPath path={file.path} />
          {file.to !== undefined && (
            <>
              {' → '}
              <ShownPath path={file.to} />
            </>
          )}
        </span>
        <span className={css['change']}>
          {CHANGES[file.change]}
          {file.place !== undefined && file.place !== 'inside' && `, ${file.place}`}
        </span>
        {lines.length > 0 && (
          <span className={css['count']}>
            +{added} −{removed}
          </span>
        )}
      </p>
      {lines.length > 0 && <PatchLines lines={lines} />}
      {lines.length === 0 && file.change !== 'delete' && file.change !== 'move' && (
        <p className={css['note']}>It is no text: its change cannot be shown as lines.</p>
      )}
      {(file.cutBytes ?? 0) > 0 && (
        <p className={css['note']}>
          {countThings(file.cutBytes ?? 0, 'byte')} of the change are not shown here.
        </p>
      )}
    </li>
  );
}

/** The files that a proposal changes, each with its lines. After a yes all of it is written, or nothing. */
export function EditFiles(props: { readonly files: readonly EditFile[] }): ReactNode {
  return (
    <ol className={css['files']} aria-label="Files that are changed" data-files="">
      {props.files.map((file) => (
        <OneFile key={`${file.path} ${file.to ?? ''}`} file={file} />
      ))}
    </ol>
  );
}
