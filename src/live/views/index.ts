export type { AnswerContext } from './answer.js';
export { answer } from './answer.js';
