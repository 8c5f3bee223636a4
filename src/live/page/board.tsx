import type { Board, BoardRow } from '../protocol.js';
import { EmptyState } from './empty-state.js';
import type { Frame } from './line-chart.js';
import { Panel } from './panel.js';

/** Rows of panels, each with its title. */
export function BoardRows({ rows, frame }: { rows: readonly BoardRow[]; frame: Frame }) {
  return (
    <>
      {rows.map(({ title, panels }, index) => {
        const id = `row-${index}`;
        return (
          <section class="board-row" key={title} aria-labelledby={id}>
            <h2 id={id}>{title}</h2>
            <div class="panels">
              {panels.map((panel) => (
                <Panel key={panel.id} panel={panel} frame={frame} />
              ))}
            </div>
          </section>
        );
      })}
    </>
  );
}

/** A plan with its answers. */
export function BoardView({ board, frame }: { board: Board; frame: Frame }) {
  return (
    <>
      <header class="view-head">
        <h2>{board.title}</h2>
        {board.description !== '' && <p>{board.description}</p>}
      </header>
      {board.empty !== undefined && <EmptyState text={board.empty} />}
      <BoardRows rows={board.rows} frame={frame} />
    </>
  );
}
