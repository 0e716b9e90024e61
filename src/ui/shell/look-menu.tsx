import { SlidersHorizontal } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { Button, IconButton, Segmented, SwitchField } from '../controls/index.ts';
import { type LocalUi, useLocal, usePage } from '../local/index.ts';
import { Icon, Kbd } from '../marks/index.ts';
import css from './look-menu.module.css';

const THEMES = [
  { value: 'system', words: 'System' },
  { value: 'light', words: 'Light' },
  { value: 'dark', words: 'Dark' },
] as const;
const DENSITIES = [
  { value: 'compact', words: 'Compact' },
  { value: 'comfortable', words: 'Comfortable' },
] as const;
/** Percent. */
const SIZES = ['90', '100', '115', '130', '150'].map((value) => ({ value, words: value }));

/** How the page looks and which keys it takes; kept in this browser. */
export function LookMenu(): ReactNode {
  const { local } = usePage();
  const theme = useLocal((ui) => ui.theme);
  const textSize = useLocal((ui) => ui.textSize);
  const density = useLocal((ui) => ui.density);
  const hasLetterKeys = useLocal((ui) => ui.hasLetterKeys);
  const set = (part: Partial<LocalUi>): void => local.setState(part);
  return (
    <DialogTrigger>
      <IconButton label="Look and keys" onPress={() => undefined}>
        <Icon of={SlidersHorizontal} />
      </IconButton>
      <Popover className={css['popover'] ?? ''} placement="bottom end" offset={6}>
        <Dialog className={css['menu'] ?? ''} aria-label="Look and keys">
          <Line words="Theme">
            <Segmented
              label="Theme"
              value={theme}
              choices={THEMES}
              onChange={(value) => set({ theme: value })}
            />
          </Line>
          <Line words="Text size, %">
            <Segmented
              label="Text size in percent"
              value={String(textSize)}
              choices={SIZES}
              onChange={(value) => set({ textSize: Number(value) })}
            />
          </Line>
          <Line words="Rows">
            <Segmented
              label="Rows"
              value={density}
              choices={DENSITIES}
              onChange={(value) => set({ density: value })}
            />
          </Line>
          <SwitchField
            label="Letter keys"
            isOn={hasLetterKeys}
            onChange={(isOn) => set({ hasLetterKeys: isOn })}
          />
          <Button onPress={() => set({ isHelpOpen: true })}>All keys {hasLetterKeys && <Kbd>?</Kbd>}</Button>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Line(props: { readonly words: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className={css['line']}>
      <span>{props.words}</span>
      {props.children}
    </div>
  );
}
