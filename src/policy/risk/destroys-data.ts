/** Signs that a step removes data or resources that live behind another program: databases, clusters, accounts. */
import type { RiskEvidence } from '../../protocol/index.ts';
import { makeEvidence, type RiskContext, type RiskSign, readSigns } from './risk-context.ts';

const RUNNER =
  '(?:npx|bunx|pnpm|yarn|bun|poetry run|uv run|bundle exec|pipenv run|dotenv|php|python3?|node|ruby)?\\s*(?:-\\S+\\s+)*(?:\\S*\\/)?';

function run(tail: string): RegExp {
  return new RegExp(`^${RUNNER}${tail}`, 'i');
}

const SIGNS: readonly RiskSign[] = [
  {
    pattern: /^(docker|podman|nerdctl) (system|volume|image|container|builder|network) prune\b.*/,
    score: 6,
    text: 'It removes everything that no container uses.',
  },
  {
    pattern: /^(docker|podman|nerdctl) (system prune\b.*--volumes|volume prune\b.*)/,
    score: 9,
    text: 'It removes volumes with the data in them.',
  },
  {
    pattern: /^(docker|podman|nerdctl) volume (rm|remove)\b/,
    score: 8,
    text: 'It removes a volume with the data in it.',
  },
  {
    pattern: /^(docker|podman|nerdctl) (rm|rmi|kill|container rm|image rm)\b.*/,
    score: 5,
    text: 'It removes containers or images.',
  },
  {
    pattern: /^(docker|podman|nerdctl) (swarm leave|stack rm|service rm)\b/,
    score: 8,
    text: 'It takes services down.',
  },
  {
    pattern: /^(docker|podman)[- ]compose (.* )?(down|rm)\b.*( -v\b| --volumes\b| -\w*v\w*\b)/,
    score: 8,
    text: 'It removes the volumes of the services with the data in them.',
  },
  {
    pattern: /^(docker|podman)[- ]compose (.* )?(down|rm|stop|kill)\b/,
    score: 4,
    text: 'It takes the services down.',
  },
  {
    pattern: /^(kubectl|oc|k9s) (-\S+(?:[ =]\S+)? )*(delete|drain|cordon)\b/,
    score: 8,
    text: 'It removes objects of a cluster.',
  },
  {
    pattern: /^(kubectl|oc) .*\bdelete\b.*(\bnamespaces?\b|\bns\b|--all\b|\bpvc?\b|\bnodes?\b)/,
    score: 9,
    text: 'It removes whole parts of a cluster.',
  },
  {
    pattern: /^(kubectl|oc) .*\b(scale\b.*--replicas[= ]0|rollout undo|replace --force)\b/,
    score: 7,
    text: 'It takes services of a cluster down.',
  },
  {
    pattern: /^helm (.* )?(uninstall|delete|rollback)\b/,
    score: 8,
    text: 'It removes a release of a cluster.',
  },
  {
    pattern:
      /^(terraform|tofu|terragrunt|pulumi|cdk|cdktf|serverless|sls|sst|eksctl) (.* )?(destroy|remove|delete)\b/,
    score: 9,
    text: 'It removes infrastructure.',
  },
  {
    pattern: /^(terraform|tofu|terragrunt) (.* )?(apply|taint|state rm|import)\b/,
    score: 7,
    text: 'It changes infrastructure.',
  },
  {
    pattern: /^(terraform|tofu|terragrunt) (.* )?apply\b.*-auto-approve\b/,
    score: 8,
    text: 'It changes infrastructure without showing the plan.',
  },
  { pattern: /^aws (.* )?s3 (rm|rb)\b/, score: 7, text: 'It removes stored objects of an account.' },
  {
    pattern: /^aws (.* )?s3 (rm\b.*--recursive|rb\b.*--force|sync\b.*--delete)/,
    score: 9,
    text: 'It removes many stored objects of an account.',
  },
  {
    pattern:
      /^aws (.* )?[a-z0-9-]+ (delete|terminate|deregister|purge|destroy|remove|revoke|disable|detach|stop|reboot|cancel|reset)-[a-z-]+/,
    score: 9,
    text: 'It removes or stops resources of an account.',
  },
  {
    pattern:
      /^(gcloud|az|doctl|oci|ibmcloud|linode-cli|hcloud|aliyun|scw) (.* )?(delete|destroy|remove|purge|reset|deallocate)\b/,
    score: 9,
    text: 'It removes resources of an account.',
  },
  {
    pattern: /^(gsutil|gcloud storage) (.* )?(rm|rb)\b/,
    score: 8,
    text: 'It removes stored objects of an account.',
  },
  {
    pattern: /^(rclone) (delete|purge|deletefile|sync|cleanup)\b/,
    score: 7,
    text: 'It removes files from a remote store.',
  },
  {
    pattern:
      /^(gh|glab) (repo|release|secret|variable|workflow|codespace|issue|environment|gist|label|run|cache) (delete|remove|disable|archive)\b/,
    score: 8,
    text: 'It removes something of a hosted repository.',
  },
  { pattern: /^(gh|glab) repo (delete|archive)\b/, score: 9, text: 'It removes a hosted repository.' },
  {
    pattern: /^(gh|glab) api\b.*(-X|--method)[= ]?DELETE\b/i,
    score: 8,
    text: 'It removes something by a call to a hosted service.',
  },
  {
    pattern:
      /^(heroku|fly|flyctl|vercel|netlify|railway|render|supabase|wrangler|firebase|surge|now|neonctl|pscale|turso) (.* )?([a-z0-9-]+:)?(destroy|delete|remove|rm|reset|down|purge|unlink)\b/,
    score: 8,
    text: 'It removes something of a hosted service.',
  },
  {
    pattern: /^(npm|pnpm|yarn npm|cargo|gem|twine) (unpublish|yank|deprecate|owner rm)\b/,
    score: 8,
    text: 'It takes a published package back.',
  },
  {
    pattern: /^curl\b.*(-X ?|--request[= ])DELETE\b/i,
    score: 7,
    text: 'It removes something by a call to a service.',
  },
  {
    pattern: /^curl\b.*\b(\w*(delete|destroy|drop|purge)[A-Z_]?\w*)\s*\(/i,
    score: 8,
    text: 'It calls a service to remove something.',
  },
  {
    pattern: /^curl\b.*\bmutation\b.*\b\w*(delete|destroy|remove|purge|drop)/i,
    score: 9,
    text: 'It calls a service to remove something.',
  },
  {
    pattern: run('prisma (migrate reset|db push\\b.*(--force-reset|--accept-data-loss))'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    pattern: run('(drizzle-kit push\\b.*--force|drizzle-kit drop)'),
    score: 8,
    text: 'It changes the database even where data is lost.',
  },
  {
    pattern: run('supabase (db reset|projects delete|db push\\b.*--include-all)'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    pattern: run(
      '(sequelize(-cli)? (db:drop|db:migrate:undo:all)|typeorm\\b.* schema:drop|knex\\b.* migrate:rollback --all|mikro-orm schema:(drop|fresh))',
    ),
    score: 8,
    text: 'It empties the database.',
  },
  {
    pattern: run('artisan (migrate:(fresh|reset|refresh)|db:wipe)'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    pattern: run('(rails|rake) .*\\bdb:(drop|reset|schema:load|purge|truncate_all|migrate:reset)'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    pattern: run('(manage\\.py|django-admin) (.* )?(flush|reset_db|sqlflush)\\b'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    pattern: run('(doctrine:(database:drop|schema:drop)|bin/console doctrine:(database|schema):drop)'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    pattern: run('(alembic|flask db) downgrade\\b'),
    score: 6,
    text: 'It takes changes of the database back, with the data in them.',
  },
  { pattern: /^(dropdb|dropuser|mysqladmin (.* )?drop)\b/, score: 9, text: 'It removes a database.' },
  { pattern: /^redis-cli\b.*\b(flushall|flushdb|shutdown)\b/i, score: 8, text: 'It empties a database.' },
  {
    pattern: /^(mongosh?|mongo)\b.*\b(dropDatabase|\.drop\(|deleteMany\(\s*\{\s*\})/,
    score: 9,
    text: 'It removes data of a database.',
  },
  { pattern: /^bq (.* )?rm\b/, score: 8, text: 'It removes tables of an account.' },
  {
    pattern: /^vault (.* )?(delete|kv (delete|destroy|metadata delete)|secrets disable)\b/,
    score: 8,
    text: 'It removes stored secrets.',
  },
];

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
const PRODUCTION = /prod(uction)?\b|\blive\b/i;

/** Text that a step hands to its program: arguments, here-strings and here-documents. */
export function textGiven(context: RiskContext): string {
  const given = context.step.redirects
    .filter((redirect) => redirect.operator.startsWith('<<'))
    .map((redirect) => redirect.target.value ?? redirect.target.text);
  const heredoc = context.step.text.includes('<<') ? [context.step.text] : [];
  return [context.line, ...given, ...heredoc].join('\n').slice(0, 16_000);
}

/** What stands in front of the step in its pipeline as literal text, such as `echo 'DROP …' | psql`. */
function textPiped(context: RiskContext): string {
  const before = context.pipeline.filter((step) => step.index < context.step.index);
  return before
    .map((step) => step.words.map((word) => word.value ?? word.text).join(' '))
    .join('\n')
    .slice(0, 8000);
}

function findSql(context: RiskContext): RiskEvidence[] {
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

/** Evidence that a step removes data or resources elsewhere. */
export function findDataLoss(context: RiskContext): RiskEvidence[] {
  const isProduction =
    PRODUCTION.test(context.line) ||
    context.step.assignments.some((item) => PRODUCTION.test(item.value.text));
  const rows = readSigns(context.line, SIGNS, 'destroys').map((row) =>
    isProduction && row.score >= 6
      ? makeEvidence('destroys', row.score + 1, `${row.text} Its words speak of production.`, row.quote)
      : row,
  );
  return [...rows, ...findSql(context)];
}
