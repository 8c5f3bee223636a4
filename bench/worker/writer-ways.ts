/** How threads could record into what one of them exports. */
export const WRITER_WAYS = ['series of its own', 'shared, a row each', 'shared, atomics'] as const;
export type WriterWay = (typeof WRITER_WAYS)[number];
