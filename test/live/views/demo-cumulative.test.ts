import { describeDemo } from './support/demo.js';

describeDemo('cumulative');
