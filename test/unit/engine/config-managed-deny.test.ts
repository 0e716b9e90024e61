import { describe, expect, it } from 'vitest';
import { ConfigFolder } from './config-folder.ts';

function folderWith(required: string, user = ''): ConfigFolder {
  const folder = new ConfigFolder(user);
  folder.write('etc/requirements.toml', required);
  return folder;
}

describe('what requirements deny', () => {
  it('is marked with its place, in any mode, and closes a network that is simply on', () => {
    const required =
      '[permission_profile]\nfilesystem = { deny = ["/srv/keys"] }\nnetwork = { deny = ["bad.example"] }\n';
    const folder = folderWith(required, 'sandbox_workspace_write = { network_access = true }\n');
    const { snapshot, warnings } = folder.load();
    const origin = { layer: 'managed', file: folder.requirementsFile };
    expect(snapshot.managedDeny).toEqual({
      paths: [{ path: '/srv/keys', origin: expect.objectContaining({ ...origin, line: 2 }) }],
      hosts: [{ text: 'bad.example', origin: expect.objectContaining({ ...origin, line: 3 }) }],
    });
    expect(snapshot.networkAccess).toBe(false);
    expect(warnings.join('\n')).toContain('network_access true is not allowed on this machine');
  });

  it('is absent where nothing is denied', () => {
    expect(folderWith('ask_on_risk = "medium"\n').load().snapshot.managedDeny).toBeUndefined();
    expect(new ConfigFolder().load().snapshot.managedDeny).toBeUndefined();
  });
});
