import { ChevronDown } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import {
  Button,
  ComboBox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
} from 'react-aria-components';
import { useLive, usePage } from '../local/index.ts';
import { Icon, SafeText } from '../marks/index.ts';
import css from './start.module.css';

const PAUSE_MS = 120;
const MAX_RECENT = 8;

/** A path with the folders below it to choose from; before anything is typed, the folders of earlier sessions. */
export function FolderField(props: {
  readonly value: string;
  onChange(value: string): void;
  readonly problem?: string | undefined;
}): ReactNode {
  const { value, onChange, problem } = props;
  const folders = useFolders(value);
  return (
    <ComboBox
      className={css['field'] ?? ''}
      allowsCustomValue
      // the folders come a moment after the key: the list is open by then, or it would stay away
      allowsEmptyCollection
      menuTrigger="input"
      inputValue={value}
      onInputChange={onChange}
      items={folders.map((path) => ({ path }))}
      isInvalid={problem !== undefined}
      // what the engine listed fits already
      defaultFilter={() => true}
    >
      <Label className={css['label'] ?? ''}>Folder</Label>
      <div className={css['combo']}>
        <Input
          className={css['comboInput'] ?? ''}
          placeholder="~/work/project"
          autoComplete="off"
          spellCheck={false}
        />
        <Button className={css['comboButton'] ?? ''} aria-label="Folders to choose from">
          <Icon of={ChevronDown} size={14} />
        </Button>
      </div>
      <FieldError className={css['problem'] ?? ''}>{problem}</FieldError>
      <Popover className={css['popover'] ?? ''}>
        <ListBox
          className={css['list'] ?? ''}
          renderEmptyState={() => <p className={css['quiet']}>No folder begins like this.</p>}
        >
          {(item: { path: string }) => (
            <ListBoxItem id={item.path} textValue={item.path} className={css['option'] ?? ''}>
              <SafeText text={item.path} />
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

function useFolders(typed: string): readonly string[] {
  const { actions, host, live } = usePage();
  const isReady = useLive((view) => view.connection.state === 'ready');
  const [folders, setFolders] = useState<readonly string[]>([]);
  useEffect(() => {
    if (typed.trim() === '') {
      const seen = live.getState().sessions.map((head) => head.workspace);
      setFolders([...new Set(seen)].slice(0, MAX_RECENT));
      return undefined;
    }
    if (!isReady) return undefined;
    // what is listed are the names in the folder that is typed already
    const parent = typed.slice(0, typed.lastIndexOf('/') + 1);
    let isOld = false;
    const cancel = host.after(PAUSE_MS, () => {
      actions.folders(typed).then(
        (found) => {
          if (!isOld) setFolders(found.folders.map((name) => parent + name));
        },
        // a list to choose from is a help, not a need
        () => {},
      );
    });
    return () => {
      isOld = true;
      cancel();
    };
  }, [typed, isReady, actions, host, live]);
  return folders;
}
