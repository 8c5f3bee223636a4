import type { WriteStream } from 'node:tty';
import { fill } from '../../src/cli/terminal/fill.js';
import * as format from '../../src/cli/terminal/format.js';
import { Screen } from '../../src/cli/terminal/screen.js';
import type { Paint } from '../../src/cli/terminal/style.js';
import { finalLines } from './final.js';
import { droppedSection, figuresSection, limitsMet } from './sections.js';
import type { DemoResult, DemoState, View } from './state.js';

/** Redraws the terminal once a second, and leaves the closing report behind. */
export class LiveView implements View {
  private readonly terminal: WriteStream;
  private readonly paint: Paint;
  private readonly screen: Screen;

  constructor(terminal: WriteStream, paint: Paint) {
    this.terminal = terminal;
    this.paint = paint;
    this.screen = new Screen(terminal);
  }

  show(state: DemoState): void {
    const { paint } = this;
    const width = this.terminal.columns;
    const { endpoints, models, series, dropped } = state.report;
    this.screen.draw([
      ...headLines(state, paint),
      '',
      ...figuresSection('Endpoint', 'latency', endpoints, width, paint),
      '',
      ...figuresSection('Model', 'call duration', models, width, paint),
      '',
      ...droppedSection(dropped, paint),
      '',
      paint('dim', 'Series by instrument'),
      ...fill(
        series.map((one) => `${one.instrument} ${format.count(one.series)}`),
        width,
        '   ',
      ),
      ...series.flatMap((one) =>
        limitsMet(one).map((limit) => paint('warning', `${one.instrument}: ${limit}`)),
      ),
    ]);
  }

  finish(result: DemoResult): void {
    this.screen.close();
    this.terminal.write(`${finalLines(result, this.terminal.columns, this.paint).join('\n')}\n`);
  }
}

function headLines(state: DemoState, paint: Paint): string[] {
  const { options, elapsedSeconds, underWay, exports } = state;
  const seconds = Math.min(elapsedSeconds, options.durationSeconds).toFixed(0);
  const time =
    elapsedSeconds <= options.durationSeconds
      ? `${seconds} s of ${options.durationSeconds} s`
      : 'waiting for the last answers';
  return [
    `${paint('bold', 'meterbook demo')}  ${time}, ${options.rate} requests per second, ${underWay} under way`,
    paint(
      'dim',
      `${exports.requests} exports (${options.temporality}), ${format.count(exports.points)} points, ${format.bytes(exports.bytes)} by OTLP to ${state.receiverUrl}`,
    ),
    ...(state.pageUrl === undefined ? [] : [`All of it in the browser: ${state.pageUrl}`]),
  ];
}
