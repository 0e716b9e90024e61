import { resolve } from 'node:path';
import { type LimitName, NO_FLAGS, type SessionFlags } from '../protocol/index.ts';
import type { PolicyFlags } from './command-line.ts';
import { currentFolder } from './current-folder.ts';

/** The flags as a session takes them. */
export function toSessionFlags(flags: PolicyFlags, cwd: string): SessionFlags {
  return {
    ...NO_FLAGS,
    ...(flags.sandbox !== undefined && { sandbox: flags.sandbox }),
    ...(flags.askForApproval !== undefined && { askForApproval: flags.askForApproval }),
    ...(flags.profile !== undefined && { profile: flags.profile }),
    ...(flags.preset !== undefined && { preset: flags.preset }),
    ...(flags.shell !== undefined && { shell: flags.shell }),
    limits: limitsOf(flags),
    allowDomains: [...(flags.allowDomain ?? [])],
    denyDomains: [...(flags.denyDomain ?? [])],
    publish: [...(flags.publish ?? [])],
    addDirs: (flags.addDir ?? []).map((folder) => resolve(cwd, folder)),
    overrides: [...(flags.config ?? [])],
    fullAuto: flags.fullAuto === true,
    bypass: flags.dangerouslyBypassApprovalsAndSandbox === true || flags.yolo === true,
  };
}

function limitsOf(flags: PolicyFlags): SessionFlags['limits'] {
  const typed: Record<LimitName, string | undefined> = {
    max_processes: flags.maxProcs,
    max_memory: flags.maxMemory,
    max_file_size: flags.maxFileSize,
    max_open_files: flags.maxOpenFiles,
    max_time: flags.maxTime,
  };
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
}

/** The folder to work in: `-C`, else where the command was typed. */
export function workingFolder(flags: PolicyFlags): string {
  return resolve(flags.cd ?? currentFolder());
}
