/** Shapes that stand beside words, or alone in a button that has a name. */
const PATHS = {
  dots: 'M4 8h.01M8 8h.01M12 8h.01',
  close: 'M4 4l8 8M12 4l-8 8',
  pause: 'M5.500 3.500v9M10.500 3.500v9',
  play: 'M5 3.200v9.600L12.500 8z',
  back: 'M9.500 3.500L5 8l4.500 4.500',
  forth: 'M6.500 3.500L11 8l-4.500 4.500',
  search: 'M7 11.500a4.500 4.500 0 100-9 4.500 4.500 0 000 9zM10.300 10.300L14 14',
  sun: 'M8 10.500a2.500 2.500 0 100-5 2.500 2.500 0 000 5zM8 1.500v1.300M8 13.200v1.300M1.500 8h1.300M13.200 8h1.300M3.400 3.400l.9.9M11.700 11.700l.9.9M3.400 12.600l.9-.9M11.700 4.300l.9-.9',
  moon: 'M13 9.600A5.500 5.500 0 016.400 3a5.500 5.500 0 106.600 6.600z',
  system: 'M2.500 3h11v7.500h-11zM6 13.500h4',
  good: 'M3.500 8.500l3 3 6-7',
  warning: 'M8 2.500L14.500 13.500h-13zM8 6.500v3.200M8 11.700v.01',
  problem:
    'M5.200 1.800h5.600L14.200 5.200v5.600l-3.400 3.400H5.200L1.800 10.800V5.200zM8 4.800v3.700M8 11v.01',
  up: 'M8 12.500v-9M4.500 7L8 3.500 11.500 7',
  down: 'M8 3.500v9M4.500 9L8 12.500 11.500 9',
  plus: 'M8 3.500v9M3.500 8h9',
  help: 'M6 6a2 2 0 113.200 1.600c-.8.6-1.200 1-1.200 1.900M8 11.900v.01',
  mark: 'M1 10.500h3l2-6.500 3.300 9L11.700 7l1 3.500H15',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
