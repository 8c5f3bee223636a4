import type { Manifest } from '../../declare/index.js';
import { type Artefact, headerLines } from '../artefact.js';
import { checkManifests } from '../check-arguments.js';
import { toYaml } from '../yaml.js';
import { attributeGroup } from './attribute-group.js';
import { metricGroups } from './metric-groups.js';

/** What the Weaver registry is made with. */
export interface WeaverOptions {
  /**
   * Identifies the registry and its version: `https://example.com/schemas/1.2.0`. Default: a
   * placeholder at `example.invalid`, with the version of the first scope; Weaver asks for a URL
   * that ends in a version and does not fetch it.
   */
  readonly schemaUrl?: string | undefined;
}

/**
 * The registries as one registry of OpenTelemetry's Weaver: `weaver/manifest.yaml`, every attribute
 * once in `weaver/attributes.yaml`, every instrument as a metric in `weaver/metrics.yaml`. Try it with
 * `weaver registry check -r weaver`.
 *
 * What Weaver has no words for (buckets, limits, bounds) is in the annotation `meterbook`.
 *
 * Source: Weaver, "Semantic Convention Definition Language" and "Definition manifest".
 */
export function weaverArtefacts(
  manifests: readonly Manifest[],
  options: WeaverOptions = {},
): readonly Artefact[] {
  checkManifests(manifests, 'weaverArtefacts()');
  const scopes = manifests.map(({ scope }) => scope.name);
  const registry = {
    schema_url: options?.schemaUrl ?? placeholderUrl(manifests),
    description: `Metrics of ${scopes.join(', ')}.`,
    stability: 'development',
  };
  return [
    yamlFile('weaver/manifest.yaml', registry, manifests),
    yamlFile('weaver/attributes.yaml', { groups: [attributeGroup(manifests)] }, manifests),
    yamlFile('weaver/metrics.yaml', { groups: metricGroups(manifests) }, manifests),
  ];
}

function placeholderUrl([first]: readonly Manifest[]): string {
  const name = encodeURIComponent(first?.scope.name ?? 'metrics');
  return `https://example.invalid/schemas/${name}/${encodeURIComponent(first?.scope.version ?? '0.0.0')}`;
}

function yamlFile(path: string, value: unknown, manifests: readonly Manifest[]): Artefact {
  return { path, content: toYaml(value, headerLines('weaver', manifests)) };
}
