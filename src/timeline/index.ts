export { showLine, showText } from './show-text.ts';
