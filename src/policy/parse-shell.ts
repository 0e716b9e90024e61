import { type ParsedScript, parse } from 'unbash';

/** Longest script that is looked into, in UTF-16 code units. */
export const MAX_SCRIPT_LENGTH = 64 * 1024;

/** The parser's time grows with the square of them. */
const MAX_HERE_DOCUMENTS = 200;

export type ParsedShell = { script: ParsedScript } | { problem: string };

/**
 * Parses bash source. Never throws: what the parser cannot read without any error is a problem, so that nothing is
 * ever decided on a tree that guesses. Scripts nested in substitutions are parsed later and report their own errors.
 */
export function parseShell(source: string): ParsedShell {
  const problem = findTextProblem(source);
  if (problem !== null) return { problem };
  try {
    const script = parse(source);
    const error = script.errors?.[0];
    return error === undefined ? { script } : { problem: describeParseError(error.message, error.pos) };
  } catch {
    return { problem: 'the script is nested too deeply to be read' };
  }
}

/** One wording for every syntax error; `offset` counts UTF-16 code units from 0. */
export function describeParseError(message: string, offset: number): string {
  return `the script does not parse: ${message} at offset ${offset}`;
}

function findTextProblem(source: string): string | null {
  if (source.length > MAX_SCRIPT_LENGTH) return `the script is longer than ${MAX_SCRIPT_LENGTH} characters`;
  if (source.split('<<').length > MAX_HERE_DOCUMENTS)
    return `the script has more than ${MAX_HERE_DOCUMENTS} here-documents`;
  if (source.includes('\0')) return 'the script contains a NUL character';
  // Text put behind such an ending would be swallowed by the escape.
  const escapes = /\\+$/.exec(source)?.[0].length ?? 0;
  return escapes % 2 === 1 ? 'the script ends in an unfinished escape' : null;
}
