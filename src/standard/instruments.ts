import { agentRunInstruments } from './agent-run.js';
import { databaseInstruments } from './database.js';
import { genAiInstruments } from './gen-ai.js';
import { httpInstruments } from './http.js';
import { jobInstruments } from './jobs.js';
import { messageInstruments } from './messages.js';
import { serviceInstruments } from './service.js';
import { tokenInstruments } from './tokens.js';

/**
 * The standard instruments of an agent service, each under its exported name in camelCase:
 * `job.time_to_first_token` is `jobTimeToFirstToken`. Plain frozen declarations, to be spread into
 * a registry of your own, beside instruments of your own.
 *
 * An instrument that nothing records exports nothing, so there is no need to take any out.
 */
export const agentInstruments = Object.freeze({
  ...jobInstruments,
  ...httpInstruments,
  ...genAiInstruments,
  ...tokenInstruments,
  ...agentRunInstruments,
  ...messageInstruments,
  ...serviceInstruments,
  ...databaseInstruments,
});
