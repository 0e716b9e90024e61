/** Signs that a step removes data or resources that live behind another program: databases, clusters, accounts. */
import type { RiskEvidence } from '../../protocol/index.ts';
import { findTableLoss } from './destroys-tables.ts';
import { indexSigns, makeEvidence, type RiskContext, readIndexedSigns } from './risk-context.ts';
import { PRODUCTION } from './text-given.ts';

const RUNNERS = 'npx bunx pnpm yarn bun poetry uv bundle pipenv dotenv php python node ruby';
const RUNNER =
  '(?:npx|bunx|pnpm|yarn|bun|poetry run|uv run|bundle exec|pipenv run|dotenv|php|python3?|node|ruby)?\\s*(?:-\\S+\\s+)*(?:\\S*\\/)?';

function run(tail: string): RegExp {
  return new RegExp(`^${RUNNER}${tail}`, 'i');
}

const SIGNS = indexSigns([
  {
    programs: 'docker nerdctl podman',
    pattern: /^(docker|podman|nerdctl) (system|volume|image|container|builder|network) prune\b.*/,
    score: 6,
    text: 'It removes everything that no container uses.',
  },
  {
    programs: 'docker nerdctl podman',
    pattern: /^(docker|podman|nerdctl) (system prune\b.*--volumes|volume prune\b.*)/,
    score: 9,
    text: 'It removes volumes with the data in them.',
  },
  {
    programs: 'docker nerdctl podman',
    pattern: /^(docker|podman|nerdctl) volume (rm|remove)\b/,
    score: 8,
    text: 'It removes a volume with the data in it.',
  },
  {
    programs: 'docker nerdctl podman',
    pattern: /^(docker|podman|nerdctl) (rm|rmi|kill|container rm|image rm)\b.*/,
    score: 5,
    text: 'It removes containers or images.',
  },
  {
    programs: 'docker nerdctl podman',
    pattern: /^(docker|podman|nerdctl) (swarm leave|stack rm|service rm)\b/,
    score: 8,
    text: 'It takes services down.',
  },
  {
    programs: 'docker podman docker-compose podman-compose',
    pattern: /^(docker|podman)[- ]compose (.* )?(down|rm)\b.*( -v\b| --volumes\b| -\w*v\w*\b)/,
    score: 8,
    text: 'It removes the volumes of the services with the data in them.',
  },
  {
    programs: 'docker podman docker-compose podman-compose',
    pattern: /^(docker|podman)[- ]compose (.* )?(down|rm|stop|kill)\b/,
    score: 4,
    text: 'It takes the services down.',
  },
  {
    programs: 'k9s kubectl oc',
    pattern: /^(kubectl|oc|k9s) (-\S+(?:[ =]\S+)? )*(delete|drain|cordon)\b/,
    score: 8,
    text: 'It removes objects of a cluster.',
  },
  {
    programs: 'kubectl oc',
    pattern: /^(kubectl|oc) .*\bdelete\b.*(\bnamespaces?\b|\bns\b|--all\b|\bpvc?\b|\bnodes?\b)/,
    score: 9,
    text: 'It removes whole parts of a cluster.',
  },
  {
    programs: 'kubectl oc',
    pattern: /^(kubectl|oc) .*\b(scale\b.*--replicas[= ]0|rollout undo|replace --force)\b/,
    score: 7,
    text: 'It takes services of a cluster down.',
  },
  {
    programs: 'helm',
    pattern: /^helm (.* )?(uninstall|delete|rollback)\b/,
    score: 8,
    text: 'It removes a release of a cluster.',
  },
  {
    programs: 'cdk cdktf eksctl pulumi serverless sls sst terraform terragrunt tofu',
    pattern:
      /^(terraform|tofu|terragrunt|pulumi|cdk|cdktf|serverless|sls|sst|eksctl) (.* )?(destroy|remove|delete)\b/,
    score: 9,
    text: 'It removes infrastructure.',
  },
  {
    programs: 'terraform terragrunt tofu',
    pattern: /^(terraform|tofu|terragrunt) (.* )?(apply|taint|state rm|import)\b/,
    score: 7,
    text: 'It changes infrastructure.',
  },
  {
    programs: 'terraform terragrunt tofu',
    pattern: /^(terraform|tofu|terragrunt) (.* )?apply\b.*-auto-approve\b/,
    score: 8,
    text: 'It changes infrastructure without showing the plan.',
  },
  {
    programs: 'aws',
    pattern: /^aws (.* )?s3 (rm|rb)\b/,
    score: 7,
    text: 'It removes stored objects of an account.',
  },
  {
    programs: 'aws',
    pattern: /^aws (.* )?s3 (rm\b.*--recursive|rb\b.*--force|sync\b.*--delete)/,
    score: 9,
    text: 'It removes many stored objects of an account.',
  },
  {
    programs: 'aws',
    pattern:
      /^aws (.* )?[a-z0-9-]+ (delete|terminate|deregister|purge|destroy|remove|revoke|disable|detach|stop|reboot|cancel|reset)-[a-z-]+/,
    score: 9,
    text: 'It removes or stops resources of an account.',
  },
  {
    programs: 'aliyun az doctl gcloud hcloud ibmcloud linode-cli oci scw',
    pattern:
      /^(gcloud|az|doctl|oci|ibmcloud|linode-cli|hcloud|aliyun|scw) (.* )?(delete|destroy|remove|purge|reset|deallocate)\b/,
    score: 9,
    text: 'It removes resources of an account.',
  },
  {
    programs: 'gcloud gsutil',
    pattern: /^(gsutil|gcloud storage) (.* )?(rm|rb)\b/,
    score: 8,
    text: 'It removes stored objects of an account.',
  },
  {
    programs: 'rclone',
    pattern: /^(rclone) (delete|purge|deletefile|sync|cleanup)\b/,
    score: 7,
    text: 'It removes files from a remote store.',
  },
  {
    programs: 'gh glab',
    pattern:
      /^(gh|glab) (repo|release|secret|variable|workflow|codespace|issue|environment|gist|label|run|cache) (delete|remove|disable|archive)\b/,
    score: 8,
    text: 'It removes something of a hosted repository.',
  },
  {
    programs: 'gh glab',
    pattern: /^(gh|glab) repo (delete|archive)\b/,
    score: 9,
    text: 'It removes a hosted repository.',
  },
  {
    programs: 'gh glab',
    pattern: /^(gh|glab) api\b.*(-X|--method)[= ]?DELETE\b/i,
    score: 8,
    text: 'It removes something by a call to a hosted service.',
  },
  {
    programs:
      'firebase fly flyctl heroku neonctl netlify now pscale railway render supabase surge turso vercel wrangler',
    pattern:
      /^(heroku|fly|flyctl|vercel|netlify|railway|render|supabase|wrangler|firebase|surge|now|neonctl|pscale|turso) (.* )?([a-z0-9-]+:)?(destroy|delete|remove|rm|reset|down|purge|unlink)\b/,
    score: 8,
    text: 'It removes something of a hosted service.',
  },
  {
    programs: 'cargo gem npm pnpm twine yarn',
    pattern: /^(npm|pnpm|yarn npm|cargo|gem|twine) (unpublish|yank|deprecate|owner rm)\b/,
    score: 8,
    text: 'It takes a published package back.',
  },
  {
    programs: 'curl',
    pattern: /^curl\b.*(-X ?|--request[= ])DELETE\b/i,
    score: 7,
    text: 'It removes something by a call to a service.',
  },
  {
    programs: 'curl',
    pattern: /^curl\b.*\b(\w*(delete|destroy|drop|purge)[A-Z_]?\w*)\s*\(/i,
    score: 8,
    text: 'It calls a service to remove something.',
  },
  {
    programs: 'curl',
    pattern: /^curl\b.*\bmutation\b.*\b\w*(delete|destroy|remove|purge|drop)/i,
    score: 9,
    text: 'It calls a service to remove something.',
  },
  {
    programs: `${RUNNERS} prisma`,
    pattern: run('prisma (migrate reset|db push\\b.*(--force-reset|--accept-data-loss))'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    programs: `${RUNNERS} drizzle-kit`,
    pattern: run('(drizzle-kit push\\b.*--force|drizzle-kit drop)'),
    score: 8,
    text: 'It changes the database even where data is lost.',
  },
  {
    programs: `${RUNNERS} supabase`,
    pattern: run('supabase (db reset|projects delete|db push\\b.*--include-all)'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    programs: `${RUNNERS} sequelize sequelize-cli typeorm knex mikro-orm`,
    pattern: run(
      '(sequelize(-cli)? (db:drop|db:migrate:undo:all)|typeorm\\b.* schema:drop|knex\\b.* migrate:rollback --all|mikro-orm schema:(drop|fresh))',
    ),
    score: 8,
    text: 'It empties the database.',
  },
  {
    programs: `${RUNNERS} artisan`,
    pattern: run('artisan (migrate:(fresh|reset|refresh)|db:wipe)'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    programs: `${RUNNERS} rails rake`,
    pattern: run('(rails|rake) .*\\bdb:(drop|reset|schema:load|purge|truncate_all|migrate:reset)'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    programs: `${RUNNERS} manage django-admin`,
    pattern: run('(manage\\.py|django-admin) (.* )?(flush|reset_db|sqlflush)\\b'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    programs: `${RUNNERS} console doctrine`,
    pattern: run('(doctrine:(database:drop|schema:drop)|bin/console doctrine:(database|schema):drop)'),
    score: 8,
    text: 'It empties the database.',
  },
  {
    programs: `${RUNNERS} alembic flask`,
    pattern: run('(alembic|flask db) downgrade\\b'),
    score: 6,
    text: 'It takes changes of the database back, with the data in them.',
  },
  {
    programs: 'dropdb dropuser mysqladmin',
    pattern: /^(dropdb|dropuser|mysqladmin (.* )?drop)\b/,
    score: 9,
    text: 'It removes a database.',
  },
  {
    programs: 'redis-cli',
    pattern: /^redis-cli\b.*\b(flushall|flushdb|shutdown)\b/i,
    score: 8,
    text: 'It empties a database.',
  },
  {
    programs: 'mongosh mongo',
    pattern: /^(mongosh?|mongo)\b.*\b(dropDatabase|\.drop\(|deleteMany\(\s*\{\s*\})/,
    score: 9,
    text: 'It removes data of a database.',
  },
  { programs: 'bq', pattern: /^bq (.* )?rm\b/, score: 8, text: 'It removes tables of an account.' },
  {
    programs: 'vault',
    pattern: /^vault (.* )?(delete|kv (delete|destroy|metadata delete)|secrets disable)\b/,
    score: 8,
    text: 'It removes stored secrets.',
  },
]);

/** Evidence that a step removes data or resources elsewhere. */
export function findDataLoss(context: RiskContext): RiskEvidence[] {
  const isProduction =
    PRODUCTION.test(context.line) ||
    context.step.assignments.some((item) => PRODUCTION.test(item.value.text));
  const rows = readIndexedSigns(context, SIGNS, 'destroys').map((row) =>
    isProduction && row.score >= 6
      ? makeEvidence('destroys', row.score + 1, `${row.text} Its words speak of production.`, row.quote)
      : row,
  );
  return [...rows, ...findTableLoss(context)];
}
