export { TerminalPane } from './terminal-pane.tsx';
