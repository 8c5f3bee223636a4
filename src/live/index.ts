export { PAGE_PORT, RECEIVER_PORT } from './assemble.js';
export { LiveProblem } from './problem.js';
