export type { CommandIo } from './command.js';
export { main } from './main.js';
