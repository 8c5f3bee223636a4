import { ATTR_ERROR_TYPE, ATTR_SERVER_ADDRESS } from '@opentelemetry/semantic-conventions';
import { attr, OTHER } from '../declare/index.js';
import {
  ATTR_GEN_AI_AGENT_NAME,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_MODEL,
} from './names.js';

/**
 * Seconds after which a series with context attributes is retired: a day. Organizations and agents
 * come and go, and a process that lives for weeks must give their places to those that are there
 * now. Shorter would cost something: with cumulative temporality a series that returns starts
 * again from zero, and a caller seen less often than that would never show a rate.
 */
export const IDLE_SECONDS = 86_400;

/**
 * Limits of the model instruments: agents by models, and a few errors. 5,000 series of 14
 * boundaries hold 0.7 MB of numbers, and about 4 MB with their attributes, once they are all in use.
 */
export const MODEL_LIMITS = { maxSeries: 5_000, idleSeconds: IDLE_SECONDS } as const;

/**
 * Who a measurement is for. Each is optional and taken from the request context
 * (`withAttributes`), so that no record call has to pass it.
 *
 * The bounds are what a dashboard can still break down by: 500 organizations, projects or agents
 * at a time, and 200 templates, of which a service has fewer than agents made from them.
 */
export const contextAttributes = {
  'organization.id': attr.string({ maxValues: 500 }).fromContext().optional(),
  'project.id': attr.string({ maxValues: 500 }).fromContext().optional(),
  'base_template.id': attr.string({ maxValues: 200 }).fromContext().optional(),
  'template.id': attr.string({ maxValues: 200 }).fromContext().optional(),
  'agent.id': attr.string({ maxValues: 500 }).fromContext().optional(),
} as const;

/**
 * What an operation ended with; left out where it went well. A class or code of errors, never a
 * message: 50 of them are more than anybody tells apart.
 */
export const errorAttribute = {
  [ATTR_ERROR_TYPE]: attr.string({ maxValues: 50 }).optional(),
} as const;

/**
 * The model asked for, where it is known. 50: every model of several providers in use at a time,
 * dated versions included; a user who may type model names cannot make more.
 */
export const modelAttribute = {
  [ATTR_GEN_AI_REQUEST_MODEL]: attr.string({ maxValues: 50 }).optional(),
} as const;

/** The agent by its name, where it is known. As many as there are agents kept apart: 500. */
export const agentNameAttribute = {
  [ATTR_GEN_AI_AGENT_NAME]: attr.string({ maxValues: 500 }).optional(),
} as const;

/**
 * What every call of a model says. Operations are the convention's own list, others are recorded as
 * `_OTHER`; 20 providers are more than the convention names; 50 addresses cover the endpoints of
 * each provider's regions.
 *
 * Source: GenAI metrics, "Generative AI client metrics".
 */
export const modelCallAttributes = {
  [ATTR_GEN_AI_OPERATION_NAME]: attr.oneOf(
    'chat',
    'generate_content',
    'text_completion',
    'embeddings',
    'retrieval',
    'create_agent',
    'invoke_agent',
    'execute_tool',
    'invoke_workflow',
    OTHER,
  ),
  [ATTR_GEN_AI_PROVIDER_NAME]: attr.string({ maxValues: 20 }),
  ...modelAttribute,
  [ATTR_GEN_AI_RESPONSE_MODEL]: attr.string({ maxValues: 50 }).optional(),
  [ATTR_SERVER_ADDRESS]: attr.string({ maxValues: 50 }).optional(),
} as const;
