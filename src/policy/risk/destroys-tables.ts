/** Signs that a step changes or removes rows and tables by a database client. */
import type { RiskEvidence } from '../../protocol/index.ts';
import { type RiskContext, type RiskSign, readSigns } from './risk-context.ts';
import { PRODUCTION, textGiven } from './text-given.ts';

const SQL_SIGNS: readonly RiskSign[] = [
  {
    pattern:
      /\bdrop\s+(table|database|schema|view|index|column|user|role|materialized|sequence|tablespace|owned)\b/i,
    score: 9,
    text: 'It drops something of a database.',
  },
  { pattern: /\btruncate\s+(table\s+)?["`\w]/i, score: 9, text: 'It empties a table.' },
  { pattern: /\bdelete\s+from\s+["`\w.]+\s*(;|$|["'])/i, score: 9, text: 'It deletes every row of a table.' },
  { pattern: /\bdelete\s+from\s+["`\w.]+\s+where\b/i, score: 7, text: 'It deletes rows of a table.' },
  {
    pattern: /\bupdate\s+["`\w.]+\s+set\b(?![\s\S]*\bwhere\b)/i,
    score: 8,
    text: 'It changes every row of a table.',
  },
  { pattern: /\bupdate\s+["`\w.]+\s+set\b[\s\S]*\bwhere\b/i, score: 7, text: 'It changes rows of a table.' },
  { pattern: /\balter\s+table\b[\s\S]*\bdrop\b/i, score: 8, text: 'It drops a part of a table.' },
  {
    pattern: /\bset\s+global\b|\balter\s+system\b/i,
    score: 6,
    text: 'It changes the settings of a database server.',
  },
];
const SQL_CLIENT =
  /^(psql|pgcli|mysql|mariadb|mycli|sqlite3?|duckdb|sqlcmd|sqlplus|cockroach|clickhouse(-client)?|cqlsh|bq|snowsql|trino|presto|beeline|hive|spark-sql|wrangler|turso|usql|isql|tsql)$/;
const LOCAL = /\b(localhost|127\.0\.0\.1)\b/;

/** What stands in front of the step in its pipeline as literal text, such as `echo 'DROP …' | psql`. */
function textPiped(context: RiskContext): string {
  const before = context.pipeline.filter((step) => step.index < context.step.index);
  return before
    .map((step) => step.words.map((word) => word.value ?? word.text).join(' '))
    .join('\n')
    .slice(0, 8000);
}

/** Evidence in the text that a database client is given. */
export function findTableLoss(context: RiskContext): RiskEvidence[] {
  const isNested =
    /^(docker|podman|kubectl|heroku|fly|flyctl|railway|ssh|supabase)$/.test(context.name) &&
    /\b(psql|mysql|mariadb|sqlite3|mongosh|sql)\b/.test(context.line);
  if (!SQL_CLIENT.test(context.name) && !isNested) return [];
  const text = `${textGiven(context)}\n${textPiped(context)}`;
  const isLocal = /^(sqlite3?|duckdb)$/.test(context.name) || LOCAL.test(context.line);
  const shift = isLocal ? -2 : PRODUCTION.test(context.line) ? 2 : 0;
  return readSigns(text, SQL_SIGNS, 'destroys').map((row) => ({
    ...row,
    score: Math.max(1, Math.min(10, row.score + shift)),
  }));
}
