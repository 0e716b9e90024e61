import type { KnownAgent } from '../engine/index.ts';
import { Fault } from '../protocol/index.ts';
import { showLine } from '../timeline/index.ts';

/** The program of an agent that can be started, and the words in front of a prompt. */
export interface ChosenAgent {
  readonly program: string;
  readonly promptWords: readonly string[];
}

const OTHERWISE = 'any program takes its words with `sallyport run -- PROGRAM WORD...`';

/**
 * The agent that is meant when none is named: `wanted` by its preset or program, else the only one that is installed.
 * Throws a `user` fault that lists what there is to choose from.
 */
export function chooseAgent(agents: readonly KnownAgent[], wanted: string | undefined): ChosenAgent {
  if (wanted !== undefined) return findWanted(agents, wanted);
  const found = agents.filter(({ path }) => path !== undefined);
  const [only] = found;
  if (only === undefined) {
    const programs = agents.map((agent) => agent.programs.join(', ')).join(', ');
    throw noAgent(
      `no agent is installed: none of ${programs} is on the PATH`,
      `Install one, and see \`sallyport agents\`; ${OTHERWISE}`,
    );
  }
  if (found.length > 1) {
    const ids = found.map(({ id }) => id);
    throw noAgent(
      `more than one agent is installed: ${ids.join(', ')}`,
      `Say which one you mean: \`sallyport config set default_agent ${only.id}\`, or -c default_agent=${only.id} for this once`,
    );
  }
  return startable(only);
}

function findWanted(agents: readonly KnownAgent[], wanted: string): ChosenAgent {
  const agent = agents.find(({ id, programs }) => id === wanted || programs.includes(wanted));
  if (agent === undefined) {
    const ids = agents.map(({ id }) => id).join(', ');
    throw noAgent(
      `default_agent is ${JSON.stringify(showLine(wanted, 60))}, which is no agent known here`,
      `Use one of ${ids}; ${OTHERWISE}`,
    );
  }
  if (agent.path !== undefined) return startable(agent);
  const found = agents.filter(({ path }) => path !== undefined).map(({ id }) => id);
  const others = found.length === 0 ? 'no other one is installed either' : `installed: ${found.join(', ')}`;
  throw noAgent(
    `default_agent is ${agent.id}, whose program ${agent.programs.join(' or ')} is not on the PATH`,
    `Install it, or choose another with \`sallyport config set default_agent NAME\`; ${others}`,
  );
}

function startable({ path = '', promptWords }: KnownAgent): ChosenAgent {
  return { program: path, promptWords };
}

function noAgent(message: string, hint: string): Fault {
  return new Fault({ kind: 'user', code: 'no-agent', message, hint });
}
