import type { WriteStream } from 'node:tty';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'; // alternate screen, no cursor, no line wrap
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/**
 * A picture on a terminal that is drawn over and over. Each line is overwritten in place and only
 * its rest cleared, all in one write, so that nothing flickers; what does not fit is cut off.
 */
export class Screen {
  private readonly terminal: WriteStream;
  private readonly restore = () => this.close();
  private isOpen = false;

  constructor(terminal: WriteStream) {
    this.terminal = terminal;
  }

  /** Draws the lines from the top left corner on. */
  draw(lines: readonly string[]): void {
    if (!this.isOpen) {
      this.isOpen = true;
      process.once('exit', this.restore);
      this.terminal.write(ENTER);
    }
    const shown = lines.slice(0, Math.max(1, this.terminal.rows));
    // No line break after the last line: there the picture would move up by one.
    const text = shown.map((line) => `${line}${CLEAR_LINE}`).join('\r\n');
    const isFull = shown.length >= this.terminal.rows;
    this.terminal.write(HOME + text + (isFull ? '' : `\r\n${CLEAR_BELOW}`));
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    process.off('exit', this.restore);
    this.terminal.write(LEAVE);
  }
}
