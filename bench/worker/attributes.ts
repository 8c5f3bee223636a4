/**
 * The attribute objects of the cases, as literals in the source: an object built key by key would
 * have another shape in the engine than the one a user writes.
 */
import type { Attributes } from '../subjects/subject.js';

const METHODS = ['GET', 'POST'] as const;
const ROUTES = Array.from({ length: 8 }, (_, i) => `/v1/agents/:agent/steps/${i}`);
const STATUS_CODES = [200, 201, 404, 500] as const;
const MODELS = ['m-large', 'm-small', 'm-tiny', 'm-embed'] as const;
const REGIONS = ['eu', 'us'] as const;
const ORGANIZATIONS = Array.from({ length: 8 }, (_, i) => `org-${1_000 + i}`);

/** Series that each of these makes out of picks from 0 to 63. */
export const SERIES = 64;

/** Three attributes in declared order: 2 methods, 8 routes, 4 status codes. */
export function three(pick: number): Attributes {
  return {
    method: METHODS[pick & 1] as string,
    route: ROUTES[(pick >> 1) & 7] as string,
    status_code: STATUS_CODES[pick >> 4] as number,
  };
}

/** The same in another order than declared. */
export function threeReordered(pick: number): Attributes {
  return {
    status_code: STATUS_CODES[pick >> 4] as number,
    method: METHODS[pick & 1] as string,
    route: ROUTES[(pick >> 1) & 7] as string,
  };
}

/** Without the optional one: 16 series. */
export function threeWithoutOptional(pick: number): Attributes {
  return { method: METHODS[pick & 1] as string, route: ROUTES[(pick >> 1) & 7] as string };
}

/** Six attributes in declared order: 2 methods, 2 routes, 2 codes, 2 models, 2 regions, 2 tenants. */
export function six(pick: number): Attributes {
  return {
    method: METHODS[pick & 1] as string,
    route: ROUTES[(pick >> 1) & 1] as string,
    status_code: STATUS_CODES[(pick >> 2) & 1] as number,
    model: MODELS[(pick >> 3) & 1] as string,
    region: REGIONS[(pick >> 4) & 1] as string,
    organization: ORGANIZATIONS[pick >> 5] as string,
  };
}

/** The same in another order than declared. */
export function sixReordered(pick: number): Attributes {
  return {
    organization: ORGANIZATIONS[pick >> 5] as string,
    region: REGIONS[(pick >> 4) & 1] as string,
    method: METHODS[pick & 1] as string,
    model: MODELS[(pick >> 3) & 1] as string,
    status_code: STATUS_CODES[(pick >> 2) & 1] as number,
    route: ROUTES[(pick >> 1) & 1] as string,
  };
}

/** Without the two optional ones: 16 series. */
export function sixWithoutOptional(pick: number): Attributes {
  return {
    method: METHODS[pick & 1] as string,
    route: ROUTES[(pick >> 1) & 1] as string,
    model: MODELS[(pick >> 3) & 1] as string,
    region: REGIONS[(pick >> 4) & 1] as string,
  };
}

/** One attribute, for instruments beside the measured one: 4 series. */
export function one(pick: number): Attributes {
  return { model: MODELS[pick & 3] as string };
}

/** Two attributes, for the same: 16 series. */
export function two(pick: number): Attributes {
  return {
    region: REGIONS[pick & 1] as string,
    organization: ORGANIZATIONS[(pick >> 1) & 7] as string,
  };
}
