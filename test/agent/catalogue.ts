/**
 * The catalogue of standard instruments as the OpenTelemetry conventions and the documentation
 * state it, typed by hand: nothing here comes from the source, so that a slip there shows.
 */
export interface CatalogueRow {
  readonly kind: 'histogram' | 'counter' | 'upDownCounter' | 'observableUpDownCounter' | 'gauge';
  readonly unit: string;
  /** Upper bounds, in the unit. */
  readonly boundaries?: readonly number[];
  readonly required?: readonly string[];
  /** Optional: when known, or on error. */
  readonly optional?: readonly string[];
  /** Whether the five attributes of the request context are taken. */
  readonly context: boolean;
}

export const CONTEXT = [
  'organization.id',
  'project.id',
  'base_template.id',
  'template.id',
  'agent.id',
] as const;

/** 0.01 doubling 14 times to 81.92 s. */
const B1 = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
] as const;

const AGENT = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6] as const;

const CALLS = [1, 2, 4, 8, 16, 32, 64, 128] as const;

const CONNECTION = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;

const modelCall = {
  kind: 'histogram',
  unit: 's',
  boundaries: B1,
  required: ['gen_ai.operation.name', 'gen_ai.provider.name'],
  optional: ['gen_ai.request.model', 'gen_ai.response.model', 'server.address'],
  context: true,
} as const;

const answered = {
  required: ['http.request.method', 'url.scheme'],
  optional: ['http.route', 'http.response.status_code', 'error.type', 'network.protocol.version'],
  context: true,
} as const;

const pool = { required: ['db.client.connection.pool.name'], context: false } as const;

const poolTime = { kind: 'histogram', unit: 's', boundaries: CONNECTION, ...pool } as const;

const poolSize = { kind: 'observableUpDownCounter', unit: '{connection}', ...pool } as const;

export const CATALOGUE: Readonly<Record<string, CatalogueRow>> = {
  // The conventions.
  'gen_ai.client.operation.duration': {
    ...modelCall,
    optional: [...modelCall.optional, 'error.type'],
  },
  'gen_ai.client.operation.time_to_first_chunk': modelCall,
  'gen_ai.client.operation.time_per_output_chunk': modelCall,
  'gen_ai.client.token.usage': {
    ...modelCall,
    unit: '{token}',
    boundaries: [
      1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
    ],
    required: [...modelCall.required, 'gen_ai.token.type'],
  },
  'gen_ai.server.time_to_first_token': {
    ...modelCall,
    boundaries: [
      0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ],
  },
  'gen_ai.server.time_per_output_token': {
    ...modelCall,
    boundaries: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
  },
  'gen_ai.invoke_agent.duration': {
    kind: 'histogram',
    unit: 's',
    boundaries: AGENT,
    optional: ['gen_ai.agent.name', 'gen_ai.request.model', 'error.type'],
    context: true,
  },
  'gen_ai.invoke_agent.inference_calls': {
    kind: 'histogram',
    unit: '{inference_call}',
    boundaries: CALLS,
    optional: ['gen_ai.agent.name'],
    context: true,
  },
  'gen_ai.invoke_agent.tool_calls': {
    kind: 'histogram',
    unit: '{tool_call}',
    boundaries: CALLS,
    optional: ['gen_ai.agent.name'],
    context: true,
  },
  'gen_ai.execute_tool.duration': {
    kind: 'histogram',
    unit: 's',
    boundaries: B1,
    required: ['gen_ai.tool.name'],
    optional: ['gen_ai.agent.name', 'gen_ai.tool.type', 'error.type'],
    context: true,
  },
  'gen_ai.workflow.duration': {
    kind: 'histogram',
    unit: 's',
    boundaries: [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200],
    optional: ['gen_ai.workflow.name', 'error.type'],
    context: true,
  },
  'http.server.request.duration': {
    kind: 'histogram',
    unit: 's',
    boundaries: [
      0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 300,
    ],
    ...answered,
  },
  'http.client.request.duration': {
    kind: 'histogram',
    unit: 's',
    boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    required: ['http.request.method', 'server.address', 'server.port'],
    optional: ['url.scheme', 'http.response.status_code', 'error.type', 'network.protocol.version'],
    context: false,
  },
  'http.server.active_requests': {
    kind: 'upDownCounter',
    unit: '{request}',
    required: ['http.request.method', 'url.scheme'],
    context: false,
  },
  'db.client.operation.duration': {
    kind: 'histogram',
    unit: 's',
    boundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    required: ['db.system.name'],
    optional: ['db.operation.name', 'db.collection.name', 'error.type'],
    context: false,
  },
  'db.client.connection.count': {
    ...poolSize,
    required: [...pool.required, 'db.client.connection.state'],
  },
  'db.client.connection.max': poolSize,
  'db.client.connection.idle.max': poolSize,
  'db.client.connection.idle.min': poolSize,
  'db.client.connection.pending_requests': { ...poolSize, unit: '{request}' },
  'db.client.connection.timeouts': { kind: 'counter', unit: '{timeout}', ...pool },
  'db.client.connection.create_time': poolTime,
  'db.client.connection.wait_time': poolTime,
  'db.client.connection.use_time': poolTime,

  // Ours.
  'job.time_to_first_token': {
    kind: 'histogram',
    unit: 's',
    boundaries: B1,
    optional: ['job.type', 'gen_ai.request.model'],
    context: true,
  },
  'job.duration': {
    kind: 'histogram',
    unit: 's',
    boundaries: [...AGENT, 819.2, 1638.4, 3276.8],
    required: ['job.outcome'],
    optional: ['job.type', 'gen_ai.request.model'],
    context: true,
  },
  'http.server.requests': { kind: 'counter', unit: '{request}', ...answered },
  'http.server.time_to_first_byte': {
    kind: 'histogram',
    unit: 's',
    boundaries: [
      0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 300,
    ],
    ...answered,
  },
  'websocket.sessions.active': {
    kind: 'upDownCounter',
    unit: '{session}',
    optional: ['http.route'],
    context: true,
  },
  'websocket.disconnects': {
    kind: 'counter',
    unit: '{disconnect}',
    optional: ['http.route'],
    context: true,
  },
  'websocket.session.duration': {
    kind: 'histogram',
    unit: 's',
    boundaries: [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
    optional: ['http.route'],
    context: true,
  },
  'agent.model.time_to_first_byte': modelCall,
  'agent.model.time_to_first_text': modelCall,
  'agent.user_messages': { kind: 'counter', unit: '{message}', context: true },
  'agent.step.duration': { kind: 'histogram', unit: 's', boundaries: AGENT, context: true },
  'agent.message.cost': {
    kind: 'histogram',
    unit: '{USD}',
    boundaries: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    optional: ['gen_ai.request.model'],
    context: true,
  },
  'agent.file.size': {
    kind: 'histogram',
    unit: 'By',
    // 1 KiB to 1 GiB.
    boundaries: Array.from({ length: 11 }, (_, power) => 1024 * 4 ** power),
    context: true,
  },
  'agent.runs.active': {
    kind: 'upDownCounter',
    unit: '{run}',
    required: ['agent.run.mode'],
    context: true,
  },
  'agent.admission.wait_time': {
    kind: 'histogram',
    unit: 's',
    boundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    context: true,
  },
  'agent.timeouts': {
    kind: 'counter',
    unit: '{timeout}',
    required: ['agent.dependency'],
    context: false,
  },
  'sse.sessions.active': { kind: 'upDownCounter', unit: '{session}', context: true },
  'sse.disconnects': { kind: 'counter', unit: '{disconnect}', context: true },
  'sse.session.duration': {
    kind: 'histogram',
    unit: 's',
    boundaries: [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
    context: true,
  },
  'service.readiness': { kind: 'gauge', unit: '1', optional: ['reason'], context: false },
};

/** The values of every closed set. */
export const CLOSED_SETS: Readonly<Record<string, readonly string[]>> = {
  'gen_ai.operation.name': [
    '_OTHER',
    'chat',
    'create_agent',
    'embeddings',
    'execute_tool',
    'generate_content',
    'invoke_agent',
    'invoke_workflow',
    'retrieval',
    'text_completion',
  ],
  'gen_ai.token.type': ['input', 'output'],
  'gen_ai.tool.type': ['_OTHER', 'datastore', 'extension', 'function'],
  'http.request.method': [
    'CONNECT',
    'DELETE',
    'GET',
    'HEAD',
    'OPTIONS',
    'PATCH',
    'POST',
    'PUT',
    'TRACE',
    '_OTHER',
  ],
  'url.scheme': ['_OTHER', 'http', 'https'],
  'network.protocol.version': ['1.0', '1.1', '2', '3', '_OTHER'],
  'db.client.connection.state': ['idle', 'used'],
  'job.outcome': ['cancelled', 'completed', 'expired', 'failed'],
  'agent.run.mode': ['background', 'foreground'],
  'agent.dependency': ['cache', 'provider', 'request'],
};

/** How many values of every open set are kept apart. */
export const OPEN_SETS: Readonly<Record<string, number>> = {
  'organization.id': 500,
  'project.id': 500,
  'base_template.id': 200,
  'template.id': 200,
  'agent.id': 500,
  'gen_ai.provider.name': 20,
  'gen_ai.request.model': 50,
  'gen_ai.response.model': 50,
  'server.address': 50,
  'server.port': 50,
  'error.type': 50,
  'gen_ai.agent.name': 500,
  'gen_ai.tool.name': 100,
  'gen_ai.workflow.name': 200,
  'http.route': 200,
  'http.response.status_code': 60,
  'db.system.name': 20,
  'db.operation.name': 50,
  'db.collection.name': 200,
  'db.client.connection.pool.name': 20,
  'job.type': 20,
  reason: 20,
};
