import express from 'express';
import { describe, expect, it } from 'vitest';
import { type Layer, matchLayer } from '../../../src/http/server/express-layer.js';

/** A layer as Express 5.0 to 5.2 have it: it keeps no path, and tells only whether it matches. */
function layerOf(path: string | RegExp | (string | RegExp)[]): Layer {
  const { stack } = express.Router().use(path as string, () => undefined);
  const [layer] = stack as unknown as Layer[];
  if (layer === undefined) throw new Error('no layer');
  const old = {
    matchers: layer.matchers ?? [],
    path: undefined as string | undefined,
    params: undefined as object | undefined,
    match(text: string): boolean {
      const match = layer.match(text) as false | { path: string; params: object };
      if (match === false) return false;
      old.path = match.path;
      old.params = match.params;
      return true;
    },
  };
  return old as Layer;
}

const templateOf = (layer: Layer, path: string) => matchLayer(layer, path)?.template;

describe('layers of Express 5.0 to 5.2', () => {
  it('have their parameters told apart from what is always the same', () => {
    const layer = layerOf('/orgs/:org/Agents/:id');
    expect(templateOf(layer, '/orgs/orgs/agents/agents/rest')).toBe('/orgs/:org/agents/:id');
    expect(templateOf(layer, '/ORGS/1/AGENTS/2')).toBe('/orgs/:org/agents/:id');
    expect(templateOf(layer, '/nowhere')).toBeUndefined();
    expect(templateOf(layerOf('/'), '/whatever')).toBe('');
  });

  it('have wildcards told by their names', () => {
    expect(templateOf(layerOf('/files/*path'), '/files/a/b/c')).toBe('/files/*path');
  });

  it('have a template for each of several paths', () => {
    const layer = layerOf(['/a/:x', '/b/:y']);
    expect(templateOf(layer, '/b/1')).toBe('/b/:y');
    expect(templateOf(layer, '/a/1')).toBe('/a/:x');
  });

  it('have none rather than what the client wrote', () => {
    expect(templateOf(layerOf('/:from-:to'), '/x-y')).toBeUndefined();
    expect(templateOf(layerOf(/^\/r\d+/), '/r7')).toBeUndefined();
    expect(templateOf(layerOf('/:id'), '/%E0%A4%A')).toBeUndefined();
  });
});
