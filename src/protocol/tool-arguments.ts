import { z } from './zod.ts';

/** Characters of the arguments of a call, as JSON: all of them are shown to whoever is asked. */
const MAX_CHARS = 32_768;
const MAX_DEPTH = 32;

/**
 * The arguments of a call of a tool. Nothing is taken that could not be shown as it is: no number that this program would
 * round, no name that gets lost when it is copied.
 */
export const ToolArguments = z
  .unknown()
  .superRefine((value, context) => {
    const problem = isTable(value) ? findProblem(value, MAX_DEPTH) : 'arguments is an object';
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    else if (JSON.stringify(value).length > MAX_CHARS)
      context.addIssue({ code: 'custom', message: `arguments has more than ${MAX_CHARS} characters` });
  })
  .pipe(z.record(z.string(), z.unknown()))
  .meta({ type: 'object', description: 'What the tool would be called with.' });

function isTable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function findProblem(value: unknown, depth: number): string | undefined {
  if (typeof value === 'number') return isExact(value) ? undefined : 'a number is too large to be exact';
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value !== 'object') return 'a value is not JSON';
  if (depth === 0) return `arguments is more than ${MAX_DEPTH} deep`;
  if (Object.hasOwn(value, '__proto__')) return 'the name __proto__ is not taken';
  return Object.values(value)
    .map((item) => findProblem(item, depth - 1))
    .find((problem) => problem !== undefined);
}

/** Not one of those that several spellings would come to. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
