import { Dialog } from './dialog.js';
import type { Shortcut } from './keyboard.js';

/** The keys, and what they do. */
export function Help({
  shortcuts,
  onClose,
}: {
  shortcuts: readonly Shortcut[];
  onClose: () => void;
}) {
  const others = [
    { keys: '↑ ↓', what: 'From row to row in a table' },
    { keys: '← →', what: 'From one link to the next within a row' },
    { keys: 'Esc', what: 'Close what is open' },
  ];
  return (
    <Dialog title="Keys" className="help" onClose={onClose}>
      <dl>
        {[...shortcuts, ...others].map(({ keys, what }) => (
          <div key={keys}>
            <dt>
              {(keys === ' ' ? ['Space'] : keys.split(' ')).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="note">Drag across a graph to look closer at a part of the time.</p>
    </Dialog>
  );
}
