import type { Manifest } from '../../declare/index.js';
import type { CommandIo } from '../command.js';
import { wrongUsage } from '../failure.js';
import type { OptionTable } from '../options.js';
import { REGISTRY_OPTIONS, type RegistryOptions, readRegistries } from './read-registries.js';

/** The options of what receives metrics by itself: it does without a registry, and shows more with one. */
export const SHOWN_REGISTRY_OPTIONS = {
  registry: {
    ...REGISTRY_OPTIONS.registry,
    help: `SLOs and descriptions from a registry, as meterbook generate takes it; may
be given several times`,
    section: 'What is shown',
  },
  export: REGISTRY_OPTIONS.export,
} as const satisfies OptionTable;

/** The manifests that the two options name; none where they are not given. */
export async function readShownRegistries(
  values: RegistryOptions,
  io: CommandIo,
  command: string,
): Promise<readonly Manifest[]> {
  if (values.registry !== undefined) return readRegistries(values, io, command);
  if (values.export === undefined) return [];
  throw wrongUsage('--export is of a module.', 'Name it with --registry.');
}
