import type { EscapeCase, Family } from './escape-case.ts';
import { DEVICE_CASES } from './families/devices.ts';
import { ENVIRONMENT_CASES } from './families/environment.ts';
import { KERNEL_CASES } from './families/kernel.ts';
import { ADDRESS_CASES } from './families/network.ts';
import { SOCKET_CASES } from './families/network-sockets.ts';
import { PERSISTENCE_CASES } from './families/persistence.ts';
import { PROCESS_CASES } from './families/processes.ts';
import { PROTECTED_CASES } from './families/protected.ts';
import { NESTED_CASES } from './families/protected-nested.ts';
import { RESOURCE_CASES } from './families/resources.ts';
import { SECRET_CASES } from './families/secrets.ts';
import { WORK_CASES } from './families/work.ts';
import { WRITE_CASES } from './families/writes.ts';

const ALL: readonly EscapeCase[] = [
  ...SECRET_CASES,
  ...WRITE_CASES,
  ...PROTECTED_CASES,
  ...NESTED_CASES,
  ...PERSISTENCE_CASES,
  ...KERNEL_CASES,
  ...PROCESS_CASES,
  ...ADDRESS_CASES,
  ...SOCKET_CASES,
  ...ENVIRONMENT_CASES,
  ...RESOURCE_CASES,
  ...DEVICE_CASES,
  ...WORK_CASES,
];

export interface CaseChoice {
  /** Leaves the slow ones out. */
  readonly isQuick?: boolean;
  readonly families?: readonly Family[];
}

/** The cases, in the order of their families. */
export function listCases({ isQuick = false, families = [] }: CaseChoice = {}): EscapeCase[] {
  const chosen = families.length === 0 ? ALL : ALL.filter(({ family }) => families.includes(family));
  return isQuick ? chosen.filter(({ isSlow }) => isSlow !== true) : [...chosen];
}
