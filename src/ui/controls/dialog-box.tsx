import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { IconButton } from './buttons.tsx';
import css from './dialog-box.module.css';

/** A dialog over the page. Escape and a click beside it close it; the focus goes back where it was. */
export function DialogBox(props: {
  readonly title: string;
  readonly isOpen: boolean;
  onClose(): void;
  readonly children: ReactNode;
  /** A loss if it closed by accident: only its own buttons and Escape close it. */
  readonly isSticky?: boolean;
}): ReactNode {
  return (
    <ModalOverlay
      className={css['overlay'] ?? ''}
      isOpen={props.isOpen}
      isDismissable={props.isSticky !== true}
      onOpenChange={(isOpen) => {
        if (!isOpen) props.onClose();
      }}
    >
      <Modal className={css['modal'] ?? ''}>
        <Dialog className={css['dialog'] ?? ''}>
          <header className={css['head']}>
            <Heading slot="title" level={2}>
              {props.title}
            </Heading>
            <IconButton label="Close" onPress={props.onClose}>
              <X aria-hidden="true" size={16} strokeWidth={1.5} />
            </IconButton>
          </header>
          <div className={css['content']}>{props.children}</div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
