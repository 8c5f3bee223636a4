import type { Browser } from 'playwright-core';
import { type LivePage, startPage } from '../../../demo/live-page.js';
import { parseOptions } from '../../../demo/options.js';
import { type RunExtras, runDemo } from '../../../demo/run.js';
import type { DemoResult } from '../../../demo/view/state.js';
import { freePort } from '../../support/free-port.js';
import { openBrowser } from './browser.js';

/** The live view with a browser, and the demo to fill it. */
export interface LiveStage {
  readonly browser: Browser;
  /** Of the page, with a query string or without: `range=60`. */
  url(query?: string): string;
  /** Of the receiver. */
  readonly receiverUrl: string;
  /** Runs the demo to its end; what it exports has been handed on by then. */
  demo(args: readonly string[], extras?: RunExtras): Promise<DemoResult>;
  /** Stops the live view, as if its process had ended. */
  stop(): Promise<void>;
  /** Starts it anew where it was. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const silent = { show: () => undefined, finish: () => undefined };

export async function startStage(): Promise<LiveStage> {
  const ports = { port: await freePort(), pagePort: await freePort() };
  const browser = await openBrowser();
  let live: LivePage = await startPage(ports);
  const { receiverUrl } = live;
  const page = new URL(live.pageUrl).origin;
  return {
    browser,
    receiverUrl,
    url: (query = '') => `${page}/${query === '' ? '' : `?${query}`}`,
    demo: (args, extras = {}) =>
      runDemo(parseOptions(args), silent, new AbortController().signal, { ...extras, live }),
    stop: () => live.close(),
    restart: async () => {
      live = await startPage(ports);
    },
    close: async () => {
      await browser.close();
      await live.close();
    },
  };
}

/** Sends values of gauges to a receiver, as any OpenTelemetry SDK would, in JSON. */
export async function sendGauges(
  receiverUrl: string,
  gauges: Readonly<Record<string, readonly { readonly series: string; readonly value: number }[]>>,
): Promise<void> {
  const timeUnixNano = `${Date.now()}000000`;
  const metrics = Object.entries(gauges).map(([name, points]) => ({
    name,
    gauge: {
      dataPoints: points.map(({ series, value }) => ({
        timeUnixNano,
        asDouble: value,
        attributes: [{ key: 'series', value: { stringValue: series } }],
      })),
    },
  }));
  const resource = {
    attributes: [{ key: 'service.name', value: { stringValue: 'many-gauges' } }],
  };
  const answer = await fetch(`${receiverUrl}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: 'test' }, metrics }] }],
    }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}
