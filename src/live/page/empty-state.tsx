import { Icon } from './icons.js';

/** Nothing to show, and what to do next: lines that begin with two spaces are shown as code. */
export function EmptyState({ text }: { text: string }) {
  return (
    <section class="card empty-state" aria-label="Nothing to show yet">
      <Icon name="mark" />
      {text
        .split('\n')
        .map((line, i) =>
          line.startsWith('  ') ? <code key={i}>{line.trim()}</code> : <p key={i}>{line}</p>,
        )}
    </section>
  );
}
