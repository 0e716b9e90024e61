/**
 * The only file that imports zod. `jitless` is set before the first parse, so that the same schemas also run in a
 * page whose content security policy forbids generated code.
 */
import * as z from 'zod';

z.config({ jitless: true });

export { z };
