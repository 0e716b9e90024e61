import { type Check, isTable } from './check-value.ts';

const POLICIES = ['untrusted', 'on-request', 'never', 'on-failure'];
const POLICY_LIST = '"untrusted", "on-request" or "never"';
const GRANULAR_NEEDED = ['sandbox_approval', 'rules', 'mcp_elicitations'];
const GRANULAR_KEYS = [...GRANULAR_NEEDED, 'request_permissions', 'skill_approval'];

/** A policy by its name, or a granular table. */
export const isApprovalPolicy: Check = (value) => {
  const hint = `Write ${POLICY_LIST}, or { granular = { ${GRANULAR_NEEDED.join(' = true, ')} = true } }`;
  if (typeof value === 'string' && POLICIES.includes(value)) return undefined;
  if (!isTable(value)) return { below: [], what: `must be ${POLICY_LIST}, or a granular table`, hint };
  const other = Object.keys(value).find((name) => name !== 'granular');
  if (other !== undefined) return { below: [other], what: 'is not known here', hint, isKey: true };
  const granular = value['granular'];
  if (!isTable(granular)) return { below: ['granular'], what: 'must be a table', hint };
  for (const [name, item] of Object.entries(granular)) {
    const below = ['granular', name];
    if (!GRANULAR_KEYS.includes(name)) {
      const known = `Write only ${GRANULAR_KEYS.join(', ')}`;
      return { below, what: 'is not known here', hint: known, isKey: true };
    }
    if (typeof item !== 'boolean')
      return { below, what: 'must be true or false', hint: 'Write true or false' };
  }
  const missing = GRANULAR_NEEDED.find((name) => !(name in granular));
  if (missing === undefined) return undefined;
  return {
    below: ['granular'],
    what: `lacks ${missing}`,
    hint: `Add ${missing} = true (asks) or ${missing} = false (refuses without asking)`,
  };
};
