import { X509Certificate } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import type { Limits, NetworkSettings } from '../../protocol/index.ts';
import {
  parseCount,
  parseDurationMs,
  parseMemoryBytes,
  parseOpenFiles,
  parseSizeBytes,
} from '../base/index.ts';
import { makeConfigFault, showText } from './config-fault.ts';
import { showOrigin } from './config-origins.ts';
import type { MergedEntry } from './merge-layers.ts';
import { makeAbsolute } from './resolve-paths.ts';

/** The limits of a launch; `off` becomes null. */
export function resolveLimits(readKey: (key: string) => unknown): Limits {
  const read = (name: string, parse: (value: unknown) => number | undefined): number | null =>
    parse(readKey(`limits.${name}`)) ?? null;
  return {
    processes: read('max_processes', parseCount),
    memoryBytes: read('max_memory', parseMemoryBytes),
    fileBytes: read('max_file_size', parseSizeBytes),
    openFiles: read('max_open_files', parseOpenFiles),
    wallTimeMs: read('max_time', (value) => parseDurationMs(String(value))),
  };
}

/**
 * The proxy of this machine and the file of further certificates. Throws a `user` fault with its place when the file
 * cannot be read, or has no certificate in it.
 */
export function resolveNetworkFiles(
  merged: ReadonlyMap<string, MergedEntry>,
  home: string,
): Pick<NetworkSettings, 'proxy' | 'caFile'> {
  const proxy = merged.get('network.proxy')?.value;
  const file = merged.get('network.ca_file');
  return {
    proxy: typeof proxy === 'string' && proxy !== 'off' ? proxy : null,
    caFile:
      typeof file?.value === 'string' && file.value !== 'off'
        ? findCertificates(file.value, file, home)
        : null,
  };
}

function findCertificates(typed: string, { origin }: MergedEntry, home: string): string {
  const fault = (problem: string): Error =>
    makeConfigFault({
      place: { flag: showOrigin(origin) },
      what: `network.ca_file ${showText(typed)} ${problem}`,
      hint: 'Name a file with certificates in PEM form, or leave the key out',
    });
  let real: string;
  let text: string;
  try {
    real = realpathSync(makeAbsolute(typed, home, home));
    text = readFileSync(real, 'latin1');
  } catch (cause) {
    throw Object.assign(fault('cannot be read'), { cause });
  }
  if (!hasCertificate(text)) throw fault('has no certificate in it');
  return real;
}

const CERTIFICATE =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** One that can be read: programs stop at a file that has none, and say of every host that it cannot be trusted. */
function hasCertificate(text: string): boolean {
  for (const [block] of text.matchAll(CERTIFICATE)) {
    try {
      new X509Certificate(block);
      return true;
    } catch {
      // Not this one.
    }
  }
  return false;
}
