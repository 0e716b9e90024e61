/** A home of an agent's own, a model that follows a scenario, an engine with a page, and the agent in it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import { type Approval, type ApprovalAnswer, methods, PROTOCOL_VERSION } from '../../src/protocol/index.ts';
import { installAgents } from './agent-programs.ts';
import { type ModelServer, type ModelTurn, startModelServer } from './model-server.ts';
import { logIn, openPageSocket, type PageSocket, readPageAddress } from './page-client.ts';
import { type CliPlace, createCliPlace } from './terminal.ts';

const KEY = 'sk-test-dummy-key-00';
const PATIENCE = { timeout: 60_000, interval: 50 };

export interface AgentPlace {
  readonly cli: CliPlace;
  readonly model: ModelServer;
  /** The agent's home folder. */
  readonly home: string;
  /** Stands in `~/.ssh/id_test`. */
  readonly secret: string;
  /** Every question so far, in order. */
  readonly questions: readonly Approval[];
  /** Answers each question of the page's list as it comes. */
  answerWith(answer: (approval: Approval) => ApprovalAnswer): void;
  /** Numbers of the processes that hold the agent's environment, itself among them. */
  processes(): string[];
  /** Numbers of the processes with this word in their command line. */
  commandsWith(word: string): string[];
  close(): Promise<void>;
}

/** Everything of it lies in one folder, and ends with `close`. */
export async function createAgentPlace(scenario: readonly ModelTurn[]): Promise<AgentPlace> {
  const bin = installAgents();
  const model = await startModelServer(scenario);
  const cli = createCliPlace();
  const home = join(dirname(cli.folder), 'agent-home');
  const secret = `secret-${randomBytes(8).toString('hex')}`;
  const mark = `mark-${randomBytes(8).toString('hex')}`;
  writeHome({ home, workspace: cli.folder, url: model.url, secret });
  for (const name of Object.keys(cli.env))
    if (/^(ANTHROPIC|CLAUDE|OPENAI|CODEX)/.test(name)) delete cli.env[name];
  Object.assign(cli.env, {
    HOME: home,
    PATH: `${bin}:${cli.env['PATH'] ?? ''}`,
    TERM: 'xterm-256color',
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: KEY,
    // root may not switch the asking of Claude Code off without it
    IS_SANDBOX: '1',
  });
  const page = await openPage(cli);
  cli.env['AGENT_TEST_MARK'] = mark;
  const answering = new Answering(page);
  return {
    cli,
    model,
    home,
    secret,
    questions: answering.questions,
    answerWith: (answer) => answering.begin(answer),
    processes: () => processesWith('environ', mark),
    commandsWith: (word) => processesWith('cmdline', word),
    close: async () => {
      answering.end();
      page.socket.close();
      await cli.close();
      await model.close();
    },
  };
}

async function openPage(cli: CliPlace): Promise<PageSocket> {
  const serve = cli.start(['serve', '--no-open', '--port', '0']);
  let printed = '';
  serve.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const address = await vi.waitFor(() => readPageAddress(printed), PATIENCE);
  const page = await openPageSocket(address, { Cookie: await logIn(address) });
  await page.call('engine/hello', { protocolVersion: PROTOCOL_VERSION, client: 'page', version: '0' });
  return page;
}

/** Looks at the list of open questions as a page does, and answers from there. */
class Answering {
  readonly questions: Approval[] = [];
  readonly #page: PageSocket;
  #hasEnded = false;

  constructor(page: PageSocket) {
    this.#page = page;
  }

  begin(answer: (approval: Approval) => ApprovalAnswer): void {
    this.#answerAll(answer).catch((error: unknown) => {
      if (!this.#hasEnded) throw error;
    });
  }

  end(): void {
    this.#hasEnded = true;
  }

  async #answerAll(answer: (approval: Approval) => ApprovalAnswer): Promise<void> {
    while (!this.#hasEnded) {
      const { result } = await this.#page.call('approval/list', {});
      for (const approval of methods['approval/list'].result.parse(result).approvals) {
        if (this.questions.some(({ approvalId }) => approvalId === approval.approvalId)) continue;
        this.questions.push(approval);
        const { approvalId, digest } = approval;
        const given = { approvalId, digest, requestKey: approvalId, by: 'page', answer: answer(approval) };
        await this.#page.call('approval/answer', given);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

interface HomeParts {
  readonly home: string;
  readonly workspace: string;
  readonly url: string;
  readonly secret: string;
}

/** A home of somebody who has used both agents before. */
function writeHome({ home, workspace, url, secret }: HomeParts): void {
  for (const folder of ['.ssh', '.claude', '.codex', '.cache', '.config', '.local/share'])
    mkdirSync(join(home, folder), { recursive: true });
  writeFileSync(join(home, '.ssh/id_test'), `${secret}\n`);
  const project = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true };
  writeFileSync(
    join(home, '.claude.json'),
    JSON.stringify({
      hasCompletedOnboarding: true,
      theme: 'dark',
      customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
      projects: { [workspace]: project },
    }),
  );
  writeFileSync(
    join(home, '.codex/config.toml'),
    `model = "scripted"
model_provider = "scripted"
check_for_update_on_startup = false
[model_providers.scripted]
name = "scripted"
base_url = "${url}/v1"
wire_api = "responses"
requires_openai_auth = false
request_max_retries = 1
stream_max_retries = 1
[analytics]
enabled = false
[features]
enable_request_compression = false
plugins = false
apps = false
[projects."${workspace}"]
trust_level = "trusted"
`,
  );
}

function processesWith(what: 'environ' | 'cmdline', text: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/${what}`, 'latin1').includes(text);
    } catch {
      return false;
    }
  });
}
