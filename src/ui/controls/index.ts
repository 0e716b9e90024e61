export { Button, type ButtonProps, IconButton } from './buttons.tsx';
export { Segmented } from './segmented.tsx';
export { TextField } from './text-field.tsx';
