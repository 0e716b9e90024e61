/** Judges a request for more access: `request_permissions`, or additional permissions for one command. */
import type { AccessGrant, ConfigSnapshot, Facts, HostPort, Judgement, Reason } from '../protocol/index.ts';
import { judgeNamedHost } from './judge-network.ts';
import { decideByPolicy } from './judge-policy.ts';
import { showText } from './judge-show.ts';
import { refuseManagedPath } from './managed-deny.ts';
import { formatHostPort } from './normal-host.ts';
import { classifyPath } from './path-access.ts';
import { warnOfSocket } from './socket-warnings.ts';

const NO_WALL: Reason = {
  code: 'no-wall',
  text: 'This session has no wall, so that nothing has to be opened for it.',
};

function warnOfPath(path: string, isWrite: boolean, snapshot: ConfigSnapshot): Reason[] {
  const place = classifyPath(path, snapshot);
  const shown = showText(path);
  if (place === 'secret')
    return [{ code: 'secret-path', text: `It asks for ${shown}, which is kept secret from sessions.` }];
  if (place === 'protected' && isWrite)
    return [
      {
        code: 'protected-path',
        text: `It asks to write ${shown}, which is protected although it lies below a writable folder.`,
      },
    ];
  return [];
}

function listAsked(requested: AccessGrant): Reason {
  const parts = [
    ...requested.read.map((path) => `reading ${showText(path)}`),
    ...requested.write.map((path) => `writing ${showText(path)}`),
    ...requested.hosts.map(({ host, port }) =>
      showText(port === undefined ? `the host ${host}` : `the host ${formatHostPort(host, port)}`),
    ),
    ...requested.sockets.map((path) => `the socket ${showText(path)}`),
  ];
  const shown = parts.slice(0, 12).join(', ');
  const more = parts.length > 12 ? ` and ${parts.length - 12} more` : '';
  return {
    code: 'more-access',
    text: parts.length === 0 ? 'It asks for no access at all.' : `It asks for more access: ${shown}${more}.`,
  };
}

function refuseHost(host: HostPort, snapshot: ConfigSnapshot): Reason | null {
  const { verdict, rule } = judgeNamedHost(host, snapshot);
  if (verdict !== 'refuse') return null;
  const text = `It asks for ${showText(host.host)}, which the hosts of this session do not allow (${showText(rule)}).`;
  return { code: 'denied-host', text };
}

/** The verdict on a request for more access. What no answer opens, such as a denied host, refuses the whole of it. */
export function judgeMoreAccess(requested: AccessGrant, snapshot: ConfigSnapshot, _facts: Facts): Judgement {
  const lead = listAsked(requested);
  if (snapshot.sandboxMode === 'danger-full-access')
    return {
      verdict: 'allow',
      category: 'more-access',
      reasons: [lead, NO_WALL],
      risk: null,
      grant: requested,
    };
  const denied = [
    ...requested.hosts.flatMap((host) => refuseHost(host, snapshot) ?? []),
    ...[...requested.read, ...requested.write, ...requested.sockets].flatMap(
      (path) => refuseManagedPath(`It asks for ${showText(path)}`, [path], snapshot) ?? [],
    ),
  ];
  if (denied.length > 0)
    return { verdict: 'refuse', category: 'more-access', reasons: [lead, ...denied], risk: null };
  const { verdict, reason } = decideByPolicy('more-access', snapshot);
  const warnings = [
    ...requested.read.flatMap((path) => warnOfPath(path, false, snapshot)),
    ...requested.write.flatMap((path) => warnOfPath(path, true, snapshot)),
    ...requested.sockets.map((path) => ({ code: 'socket-warning', text: warnOfSocket(path) })),
  ];
  const reasons = [lead, ...warnings, reason];
  return { verdict, category: 'more-access', reasons, risk: null, grant: requested };
}
