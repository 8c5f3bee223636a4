import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Asking } from '../protocol.js';
import type { Place } from './address.js';
import { stepOf } from './keyboard.js';
import { Link } from './link.js';

interface Props {
  /** What the button shows. */
  readonly label: ComponentChildren;
  /** What it is called, where what it shows does not say enough. */
  readonly name?: string;
  readonly className?: string;
  /** Which edge of the button it hangs from. */
  readonly align?: 'start' | 'end';
  readonly children: (close: () => void) => ComponentChildren;
}

/** A button, and what it opens beneath it: closed by Escape, a click elsewhere, and when the focus has left. */
export function Popover({ label, name, className = 'button', align = 'start', children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  function close(): void {
    setOpen(false);
    button.current?.focus();
  }

  useEffect(() => {
    if (!isOpen) return;
    const first = place.current?.querySelector<HTMLElement>('.popover :is(input,button,select,a)');
    first?.focus();
    const onPointer = (event: PointerEvent) => {
      if (!place.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [isOpen]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it listens to what its parts are sent
    <div
      class="popover-place"
      ref={place}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return;
        event.stopPropagation();
        close();
      }}
      onFocusOut={(event) => {
        const to = event.relatedTarget as Node | null;
        if (to !== null && !place.current?.contains(to)) setOpen(false);
      }}
    >
      <button
        type="button"
        ref={button}
        class={className}
        aria-label={name}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
      </button>
      {isOpen && <div class={`popover ${align}`}>{children(close)}</div>}
    </div>
  );
}

/** What it does, or where it leads to, seen from where one is. */
type Chosen = { readonly run: () => void } | { readonly to: (asking: Asking) => Place };

export type MenuItem = Chosen & { readonly label: string; readonly hint?: string };

/** Things to do, one below the other; the arrow keys go from one to the next. */
export function Menu({ items, close }: { items: readonly MenuItem[]; close: () => void }) {
  function onKey(event: KeyboardEvent): void {
    const step = stepOf(event);
    if (step === undefined) return;
    event.preventDefault();
    const list = event.currentTarget as HTMLElement;
    const buttons = [...list.querySelectorAll<HTMLElement>('button, a')];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  }
  return (
    <ul class="menu" onKeyDown={onKey}>
      {items.map(({ label, hint, ...chosen }) => (
        <li key={label}>
          <MenuEntry chosen={chosen} close={close}>
            {label}
            {hint !== undefined && <span class="hint">{hint}</span>}
          </MenuEntry>
        </li>
      ))}
    </ul>
  );
}

interface EntryProps {
  readonly chosen: Chosen;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

function MenuEntry({ chosen, close, children }: EntryProps) {
  if ('to' in chosen) {
    return (
      <Link to={chosen.to} onGo={close}>
        {children}
      </Link>
    );
  }
  return (
    <button
      type="button"
      onClick={() => {
        close();
        chosen.run();
      }}
    >
      {children}
    </button>
  );
}
