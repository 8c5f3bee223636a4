export type { OutgoingRequest } from './client-recorder.js';
export type {
  ClientOptions,
  ClientRegistry,
  HttpClientObservation,
} from './observe-http-clients.js';
export { observeHttpClients } from './observe-http-clients.js';
