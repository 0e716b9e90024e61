/** Between an agent and one that it has delegated something to; no name of a session's own agent has it. */
const BELOW = ' › ';

/** The name of an agent that another one has delegated something to: never without its parent. */
export function nameDelegated(parent: string, name: string): string {
  return `${parent}${BELOW}${name.split(BELOW).join(' ')}`;
}

/** Whether it is the name of such an agent. */
export function isDelegated(agentName: string): boolean {
  return agentName.includes(BELOW);
}
