export { Button, IconButton } from './buttons.tsx';
export { DialogBox } from './dialog-box.tsx';
export { FilterChips } from './filter-chips.tsx';
export { Segmented } from './segmented.tsx';
export { SwitchField } from './switch-field.tsx';
export { TextField } from './text-field.tsx';
