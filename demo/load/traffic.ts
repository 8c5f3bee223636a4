import { chance, logNormal, pick, type Random } from '../random.js';
import type { Agent } from '../service/tenants.js';

/** One request that the load generator makes. */
export interface PlannedRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** The caller hangs up after this many milliseconds; `undefined`: it waits for the answer. */
  readonly hangUpAfterMillis: number | undefined;
}

type Kind = 'message' | 'stream' | 'agent' | 'health' | 'unknown' | 'missing' | 'malformed';

const MIX: readonly [Choice, ...Choice[]] = [
  { kind: 'message', weight: 40 },
  { kind: 'stream', weight: 34 },
  { kind: 'agent', weight: 16 },
  { kind: 'health', weight: 6 },
  { kind: 'missing', weight: 1.5 },
  { kind: 'unknown', weight: 1.5 },
  { kind: 'malformed', weight: 1 },
];

interface Choice {
  readonly kind: Kind;
  readonly weight: number;
}

const HANGS_UP = 0.03;
const ATTACHES_FILE = 0.08;

/** Plans the next request: by one of the organizations' agents, of one of the kinds. */
export function planRequest(random: Random, agents: readonly [Agent, ...Agent[]]): PlannedRequest {
  const { kind } = pick(random, MIX);
  const agent = pick(random, agents);
  const headers: Record<string, string> = {
    'x-organization-id': agent.organization,
    'x-project-id': agent.project,
    'x-template-id': agent.template,
  };
  const get = (path: string): PlannedRequest => ({
    method: 'GET',
    path,
    headers,
    body: undefined,
    hangUpAfterMillis: undefined,
  });
  if (kind === 'agent') return get(`/v1/agents/${agent.id}`);
  if (kind === 'missing') return get(`/v1/agents/nobody-${Math.floor(random() * 1e6)}`);
  if (kind === 'health') return { ...get('/healthz'), headers: {} };
  if (kind === 'unknown') return { ...get(`/wp-login-${Math.floor(random() * 1e6)}`), headers: {} };

  const files = chance(random, ATTACHES_FILE) ? [Math.round(logNormal(random, 80_000, 1.2))] : [];
  const message = JSON.stringify({ text: 'How much was it?', fileBytes: files });
  return {
    method: 'POST',
    path: `/v1/agents/${agent.id}/messages${kind === 'stream' ? '/stream' : ''}`,
    headers: { ...headers, 'content-type': 'application/json' },
    body: kind === 'malformed' ? message.slice(0, -2) : message,
    hangUpAfterMillis:
      kind === 'stream' && chance(random, HANGS_UP) ? 100 + 700 * random() : undefined,
  };
}
