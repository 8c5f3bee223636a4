import type { ComponentChildren } from 'preact';
import type { Asking } from '../protocol.js';
import { atView, type Place, writePlace } from './address.js';
import { usePage, usePlace } from './page-context.js';

interface Props {
  /** Where it leads to, seen from where one is. */
  readonly to: (asking: Asking) => Place;
  readonly class?: string;
  readonly title?: string;
  /** It leads to what is shown already. */
  readonly isCurrent?: boolean;
  /** Done before one goes there. */
  readonly onGo?: () => void;
  readonly children: ComponentChildren;
}

/**
 * A link within the page: a plain click goes there without loading it anew. All else that can be done with a link is
 * the browser's: another tab or window, copying its address.
 */
export function Link({ to, isCurrent = false, onGo, children, ...look }: Props) {
  const page = usePage();
  const place = to(usePlace().asking);
  return (
    <a
      {...look}
      href={writePlace(place)}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        onGo?.();
        page.go(place);
      }}
    >
      {children}
    </a>
  );
}

/** A link to an instrument, which is called by its name if nothing else is said. */
export function InstrumentLink({ name, children }: { name: string; children?: string }) {
  return (
    <Link class="link" to={(asking) => ({ asking: atView(asking, 'instrument', name) })}>
      {children ?? name}
    </Link>
  );
}
