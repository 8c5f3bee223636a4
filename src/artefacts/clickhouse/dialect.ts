import { SERVICE_VARIABLE } from '../questions.js';
import { text } from './sql.js';

/** How a query says what is only known when it runs. Everything here is SQL. */
export interface Dialect {
  /** A DateTime: what came after it, */
  readonly from: string;
  /** and up to this one, itself included. */
  readonly to: string;
  /** Seconds of one step of a graph. */
  readonly step: string;
  /** The condition that limits a query to the services asked for. */
  readonly services: string;
  /** The condition that an attribute has one of the values that the reader picked, or "all". */
  readonly isPicked: (attribute: string, variable: string) => string;
}

/**
 * Parameters of ClickHouse's own, which every client can set: `--param_from`, `param_from=` of the
 * HTTP interface, `query_params` of the drivers.
 */
export const PARAMETERS: Dialect = {
  from: '{from:DateTime}',
  to: '{to:DateTime}',
  step: '{step:UInt32}',
  services: 'ServiceName = {service:String}',
  isPicked(attribute, variable) {
    const picked = `{${word(variable)}:Array(String)}`;
    return `(empty(${picked}) OR ${attribute} IN ${picked})`;
  },
};

/**
 * Macros of Grafana's data source for ClickHouse, and variables of the dashboard. Where "All" is
 * picked `$__conditionalAll` lets everything through, also what has no such attribute.
 *
 * Source: Grafana, "ClickHouse data source", "Macros"; Grafana, "Variable syntax", "Single quote".
 */
export const GRAFANA: Dialect = {
  from: '$__fromTime',
  to: '$__toTime',
  step: '$__interval_s',
  services: `ServiceName IN (\${${SERVICE_VARIABLE}:singlequote})`,
  isPicked(attribute, variable) {
    const name = word(variable);
    return `$__conditionalAll(${attribute} IN (\${${name}:singlequote}), $${name})`;
  },
};

/** The values of an attribute, as SQL. A point without the attribute gives the empty text. */
export function attribute(key: string): string {
  return `Attributes[${text(key)}]`;
}

/** Names of variables and parameters are words. */
function word(name: string): string {
  return name.replace(/\W/g, '_');
}
