/** Who exports; apart from the code that does, which reports have no need of. */
export const EXPORTERS = ['meterbook', 'sdk-metrics 2.x'] as const;
export type ExporterName = (typeof EXPORTERS)[number];
