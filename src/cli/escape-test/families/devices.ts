/** Devices of the host. */
import { readdirSync } from 'node:fs';
import type { EscapeCase } from '../escape-case.ts';

const family = 'devices';
const kind = 'containment';

const NAMES = [
  'mem',
  'port',
  'kmsg',
  'fuse',
  'net/tun',
  'loop-control',
  'kvm',
  'uinput',
  'vhost-vsock',
  'cpu_dma_latency',
  'btrfs-control',
  'hwrng',
  'tty1',
  'vcs',
  'snapshot',
  'autofs',
];

const opened = (name: string): EscapeCase => ({
  id: `devices.${name}`,
  family,
  kind,
  title: `open /dev/${name}`,
  needs: [`/dev/${name}`],
  payload: `(exec 5< /dev/${name}) && reached; (exec 5<> /dev/${name}) && reached`,
  isForRoot: true,
});

function firstDisk(): string | undefined {
  try {
    return readdirSync('/sys/block').find((name) => !/^(loop|ram|zram)/.test(name));
  } catch {
    return undefined;
  }
}

const disk = firstDisk();

const MADE: EscapeCase = {
  id: 'devices.made',
  family,
  kind,
  title: 'make a device and open it',
  payload:
    'mknod mem c 1 1; mknod disk b 8 0; mknod /tmp/mem c 1 1; [ -c mem ] && reached; [ -c /tmp/mem ] && { reached; rm -f /tmp/mem; }; rm -f mem disk',
  isForRoot: true,
};

export const DEVICE_CASES: readonly EscapeCase[] = [
  ...NAMES.map(opened),
  MADE,
  ...(disk === undefined ? [] : [{ ...opened(disk), id: 'devices.disk', title: 'open a disk' }]),
  {
    id: 'devices.other terminals',
    family,
    kind,
    title: 'see terminals of the host',
    payload: 'ls /dev/pts | grep -q "^[0-9]" && reached; true',
    unshown: 'only where somebody has a terminal open',
  },
];
