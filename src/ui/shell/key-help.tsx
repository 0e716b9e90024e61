import type { ReactNode } from 'react';
import { DialogBox } from '../controls/index.ts';
import { useLocal, usePage } from '../local/index.ts';
import { Kbd } from '../marks/index.ts';
import css from './key-help.module.css';
import { KEY_TABLE, nameKey } from './key-table.ts';

/** All keys of the page. */
export function KeyHelp(): ReactNode {
  const { local, host } = usePage();
  const isOpen = useLocal((ui) => ui.isHelpOpen);
  const hasLetterKeys = useLocal((ui) => ui.hasLetterKeys);
  return (
    <DialogBox title="Keys" isOpen={isOpen} onClose={() => local.setState({ isHelpOpen: false })}>
      {!hasLetterKeys && <p className={css['off']}>Letter keys are turned off, under Look and keys.</p>}
      <div className={css['groups']}>
        {KEY_TABLE.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.lines.map((line) => (
                <div key={line.does}>
                  <dt>
                    {line.keys.map((key) => (
                      <Kbd key={key}>{nameKey(key, host.platform)}</Kbd>
                    ))}
                  </dt>
                  <dd>{line.does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </DialogBox>
  );
}
