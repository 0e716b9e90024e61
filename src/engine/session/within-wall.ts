import type { AccessGrant, Judgement } from '../../protocol/index.ts';

/**
 * The judgement with the access that this wall can really open: paths, not single hosts or sockets. A yes must never
 * promise what it does not give.
 */
export function keepWithinWall(judgement: Judgement): Judgement {
  const { grant } = judgement;
  if (!grant || grant.hosts.length + grant.sockets.length === 0) return judgement;
  const reason = {
    code: 'stays-closed',
    text: 'The wall cannot open single hosts: after a yes it runs with the network as it is.',
  };
  const { grant: _whole, ...rest } = judgement;
  const reasons = judgement.verdict === 'ask' ? [...judgement.reasons, reason] : judgement.reasons;
  const opened: AccessGrant = { ...grant, hosts: [], sockets: [] };
  const hasPaths = opened.read.length + opened.write.length > 0;
  return { ...rest, reasons, ...(hasPaths && { grant: opened }) };
}
