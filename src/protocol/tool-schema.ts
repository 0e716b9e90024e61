import { proposals, type ServedTool } from './proposal.ts';
import { z } from './zod.ts';

/** What a tool takes, as JSON Schema for those who call it. */
export function toolSchema(tool: ServedTool): Record<string, unknown> {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(proposals[tool], { io: 'input', reused: 'inline' });
  return schema;
}
