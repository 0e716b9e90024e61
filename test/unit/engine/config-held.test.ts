import { expect, it } from 'vitest';
import { findHeld } from '../../../src/engine/config/index.ts';
import { ConfigFolder } from './config-folder.ts';

const REQUIRED =
  'ask_on_risk = "high"\nallowed_approval_policies = ["untrusted"]\n[permission_profile.network]\nallow = ["good.example"]\n';

it.each([
  ['a value beyond a bound', 'ask_on_risk', 'off', '"high"'],
  ['a choice that is not left', 'approval_policy', 'on-request', '"untrusted"'],
  ['a host that may not stand in a list', 'permission_profile.network.allow', '["bad.example"]', '[]'],
  ['a value within a bound', 'ask_on_risk', 'medium', undefined],
  ['the bound itself', 'ask_on_risk', 'high', undefined],
  ['a host that may', 'permission_profile.network.allow', '["good.example"]', undefined],
  ['a key without a bound', 'approval_expiry', '5m', undefined],
])('says what holds in place of %s', (_name, key, value, held) => {
  const folder = new ConfigFolder();
  folder.write('etc/requirements.toml', REQUIRED);
  const override = { key, value, by: 'cli:1' };
  const config = folder.load({}, {}, folder.workspace, { overrides: [override] });
  expect(findHeld(override, config)).toBe(held);
});
