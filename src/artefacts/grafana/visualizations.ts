import type { Panel } from '../plans/plan.js';
import type { Visualization } from './sdk-types.js';
import { titleText } from './text.js';

/** Grafana's panel for what a panel shows, and how it looks. */
export function visualizationOf(panel: Panel): Visualization {
  switch (panel.kind) {
    case 'lines':
    case 'stacked':
      return timeSeries(panel);
    case 'number':
      return number(panel);
    case 'table':
      return table(panel);
    case 'heatmap':
      return heatmap(panel);
  }
}

function timeSeries({ kind, unit, axis }: Panel): Visualization {
  return {
    type: 'timeseries',
    options: {
      legend: {
        displayMode: 'table',
        placement: 'bottom',
        showLegend: true,
        calcs: ['mean', 'lastNotNull'],
        sortBy: 'Mean',
        sortDesc: true,
      },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
    fieldConfig: {
      defaults: {
        unit,
        // Shares that are 0 for a while would otherwise be drawn in the middle. Budgets can be overdrawn.
        ...(kind === 'stacked' && { min: 0 }),
        custom: {
          drawStyle: 'line',
          lineInterpolation: 'linear',
          lineWidth: 1,
          fillOpacity: kind === 'stacked' ? 25 : 8,
          showPoints: 'auto',
          spanNulls: false,
          axisSoftMin: 0,
          stacking: { mode: kind === 'stacked' ? 'normal' : 'none' },
          ...(axis !== undefined && { axisLabel: titleText(axis) }),
        },
      },
      overrides: [],
    },
  };
}

function number({ unit }: Panel): Visualization {
  return {
    type: 'stat',
    options: {
      graphMode: 'area',
      colorMode: 'value',
      justifyMode: 'auto',
      textMode: 'auto',
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: 'standard',
      orientation: 'auto',
      reduceOptions: { calcs: ['lastNotNull'], values: false },
    },
    fieldConfig: { defaults: { unit }, overrides: [] },
  };
}

/** Grafana calls the value of the query A "Value #A", unless the query has named it. */
function table({ unit, asked }: Panel): Visualization {
  return {
    type: 'table',
    options: { frameIndex: 0, showHeader: true, cellHeight: 'sm' },
    fieldConfig: {
      defaults: { unit, custom: { align: 'auto', inspect: false, filterable: true } },
      overrides: asked.flatMap(({ name, unit: own }) =>
        own === undefined
          ? []
          : [
              {
                matcher: { id: 'byName', options: name },
                properties: [{ id: 'unit', value: own }],
              },
            ],
      ),
    },
  };
}

function heatmap({ unit }: Panel): Visualization {
  return {
    type: 'heatmap',
    options: {
      calculate: false,
      color: {
        mode: 'scheme',
        scheme: 'Oranges',
        fill: 'dark-orange',
        scale: 'exponential',
        exponent: 0.5,
        steps: 64,
        reverse: false,
      },
      filterValues: { le: 1e-9 },
      rowsFrame: { layout: 'le' },
      showValue: 'never',
      cellGap: 1,
      yAxis: { unit, axisPlacement: 'left' },
      legend: { show: true },
      tooltip: { mode: 'single', yHistogram: true },
      exemplars: { color: 'rgba(255,0,255,0.7)' },
    },
    fieldConfig: { defaults: {}, overrides: [] },
  };
}
