export type { SigNozOptions } from './signoz-artefacts.js';
export { signozArtefacts } from './signoz-artefacts.js';
