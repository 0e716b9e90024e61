import { resolve } from 'node:path';
import { findCodexHome, type ImportReport, importCodex } from '../engine/index.ts';
import { showLine } from '../timeline/index.ts';
import { createCommand, parseWords } from './command-line.ts';
import { ownConfig } from './config-write.ts';
import { currentFolder } from './current-folder.ts';
import { renderTable } from './render-table.ts';

/** `config import`: status 1 where something here has another value, which stays. */
export function importConfig(words: readonly string[]): number {
  const command = createCommand(
    'config import',
    'Take what holds here from a folder of Codex; it stays as it is.',
  )
    .option('--from <folder>', 'the folder of Codex (default $CODEX_HOME, else ~/.codex)')
    .option('--dry-run', 'only say what would be taken')
    .option('--json', 'as JSON');
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<{ from?: string; dryRun?: boolean; json?: boolean }>();
  const owner = ownConfig();
  const from = flags.from === undefined ? findCodexHome(owner) : resolve(currentFolder(), flags.from);
  const report = importCodex(owner, { from, isDry: flags.dryRun === true });
  if (flags.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(renderReport(report, flags.dryRun === true));
  return report.rows.some(({ outcome }) => outcome === 'conflict') ? 1 : 0;
}

function renderReport({ from, rows, written }: ImportReport, isDry: boolean): string {
  const table = rows.map(({ what, outcome, note }) => [outcome, showLine(what, 100), showLine(note, 300)]);
  const lines =
    written.length === 0
      ? ['Nothing to write.']
      : written.map((file) => `${isDry ? 'would write' : 'written to'} ${showLine(file)}`);
  return `from ${showLine(from)}\n${renderTable(['', 'WHAT', 'NOTE'], table)}${lines.join('\n')}\n`;
}
