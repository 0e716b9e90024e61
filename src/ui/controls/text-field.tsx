import type { ReactNode, Ref } from 'react';
import { TextField as AriaField, FieldError, Input, Label, Text, TextArea } from 'react-aria-components';
import css from './controls.module.css';

/** A labelled field of one line, or of several with `rows`. */
export function TextField(props: {
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
  readonly placeholder?: string;
  readonly rows?: number;
  readonly isMono?: boolean;
  readonly hint?: ReactNode;
  /** What is wrong with the value; shown and announced. */
  readonly problem?: string | undefined;
  readonly isDisabled?: boolean;
  readonly maxLength?: number;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly areaRef?: Ref<HTMLTextAreaElement>;
}): ReactNode {
  const { rows, isMono = false, problem } = props;
  const inputClass = `${css['input']} ${isMono ? css['mono'] : ''}`;
  return (
    <AriaField
      className={css['field'] ?? ''}
      value={props.value}
      onChange={props.onChange}
      isInvalid={problem !== undefined}
      isDisabled={props.isDisabled ?? false}
      {...(props.maxLength !== undefined && { maxLength: props.maxLength })}
    >
      <Label className={css['label'] ?? ''}>{props.label}</Label>
      {rows === undefined ? (
        <Input
          ref={props.inputRef ?? null}
          className={inputClass}
          placeholder={props.placeholder}
          autoComplete="off"
          spellCheck={false}
        />
      ) : (
        <TextArea
          ref={props.areaRef ?? null}
          className={inputClass}
          placeholder={props.placeholder}
          rows={rows}
          spellCheck={false}
        />
      )}
      {props.hint !== undefined && (
        <Text slot="description" className={css['hint'] ?? ''}>
          {props.hint}
        </Text>
      )}
      <FieldError className={css['problem'] ?? ''}>{problem}</FieldError>
    </AriaField>
  );
}
