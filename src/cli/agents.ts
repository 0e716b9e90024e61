import { listAgents } from '../engine/index.ts';
import { createCommand, parseWords, usageFault } from './command-line.ts';
import { renderTable } from './render-table.ts';

/** `sallyport agents`: which agents have a preset, and which of them are installed. */
export async function runAgents(words: readonly string[]): Promise<number> {
  const command = createCommand('agents', 'List the agents that `run` has a preset for.', [
    'sallyport agents',
    'sallyport run -- codex           with the preset that fits',
    'sallyport run --agent none -- codex',
  ]).option('--json', 'one JSON line each');
  if (parseWords(command, words) === 'help') return 0;
  const [extra] = command.args;
  if (extra !== undefined) throw usageFault(`agents takes no word such as ${extra}`, 'sallyport agents');
  const agents = listAgents(process.env['PATH'] ?? '');
  if (command.opts<{ json?: boolean }>().json === true) {
    for (const { id, name, programs, path } of agents) {
      process.stdout.write(`${JSON.stringify({ id, name, programs, path: path ?? null })}\n`);
    }
    return 0;
  }
  const rows = agents.map(({ id, name, programs, path }) => [
    id,
    name,
    programs.join(', '),
    path ?? 'not installed',
  ]);
  process.stdout.write(renderTable(['PRESET', 'AGENT', 'PROGRAM', 'INSTALLED'], rows));
  return 0;
}
