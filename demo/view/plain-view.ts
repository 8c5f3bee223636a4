import * as format from '../../src/cli/terminal/format.js';
import type { Paint } from '../../src/cli/terminal/style.js';
import type { Percentiles } from '../received/percentiles.js';
import { finalLines } from './final.js';
import type { RatedFigures } from './report.js';
import type { DemoResult, DemoState, View } from './state.js';

/** Width of the closing report where no terminal says how wide it is. */
const WIDTH = 140;
const EVERY_SECONDS = 5;

/** Writes a line every five seconds, and the closing report: for pipes and logs. */
export class PlainView implements View {
  private readonly write: (text: string) => void;
  private readonly paint: Paint;
  private due = EVERY_SECONDS;

  constructor(write: (text: string) => void, paint: Paint) {
    this.write = write;
    this.paint = paint;
  }

  show({ elapsedSeconds, report, underWay }: DemoState): void {
    if (elapsedSeconds < this.due) return;
    this.due += EVERY_SECONDS;
    const { endpoints, models, series, dropped } = report;
    const drops = dropped.flatMap((one) => Object.values(one.reasons)).reduce((a, b) => a + b, 0);
    const parts = [
      `${elapsedSeconds.toFixed(0).padStart(4)} s`,
      `${format.rate(endpoints.reduce((sum, one) => sum + one.rate, 0))} requests/s`,
      `${underWay} under way`,
      ...models.map((model) => `${model.name} ${timesOf(model)}`),
      `${format.count(series.reduce((sum, one) => sum + one.series, 0))} series`,
      `${format.count(drops)} dropped`,
    ];
    this.write(`${parts.join(' | ')}\n`);
  }

  finish(result: DemoResult): void {
    this.write(`\n${finalLines(result, WIDTH, this.paint).join('\n')}\n`);
  }
}

function timesOf({ latency, firstToken }: RatedFigures): string {
  const pair = ({ p50, p99 }: Percentiles) => `${format.duration(p50)} / ${format.duration(p99)}`;
  return `P50/P99 ${pair(latency)}, first token ${pair(firstToken)}`;
}
