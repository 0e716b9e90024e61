import type { CasePlace } from './case-place.ts';
import type { EscapeCase } from './escape-case.ts';

/**
 * The whole script of a case. The mark does not stand in it as it is: a payload that finds its own command line has
 * carried nothing away.
 */
export function composeScript(one: EscapeCase, place: CasePlace): string {
  const payload = typeof one.payload === 'string' ? one.payload : one.payload(place);
  const ws = place.at(one.workspace ?? 'ws');
  const proof =
    one.mode === 'read-only'
      ? `printf '%s\\n' ${place.proof}`
      : `printf '%s\\n' ${place.proof} > ${quote(`${ws}/ran`)}`;
  const settings = [
    `BASE=${quote(place.base)} WS=${quote(ws)} OUT=${quote(place.at('outside'))} NODE=${quote(place.node)}`,
    'export BASE WS OUT NODE',
    `reached() { printf '%s\\n' ${split(place.mark)} >> "$WS/loot" || printf '%s\\n' ${split(place.mark)}; }`,
    'export -f reached',
  ];
  const strict = one.kind === 'work' ? 'set -eo pipefail\n' : '';
  const body = `(\n${strict}${payload}\n)\nstatus=$?`;
  const parts = one.endsItself === true ? [proof, body] : [body, proof];
  return [...settings, ...parts, 'exit $status'].join('\n');
}

/** A word of bash that is exactly this text. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function split(mark: string): string {
  return `${mark.slice(0, 8)}''${mark.slice(8)}`;
}
