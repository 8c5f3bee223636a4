/** Work of one frame, milliseconds: what is left of 16 goes to the browser. */
const BUDGET_MILLIS = 5;

const waiting = new Map<object, () => void>();
let isAsked = false;

/**
 * Draws later, a few milliseconds' worth in each frame, so that two hundred lines that change at once do
 * not hold one up. A second drawing of the same thing takes the place of the first.
 */
export function drawSoon(owner: object, draw: () => void): void {
  waiting.set(owner, draw);
  askForFrame();
}

/** What is gone needs no drawing. */
export function forget(owner: object): void {
  waiting.delete(owner);
}

function askForFrame(): void {
  if (isAsked || waiting.size === 0) return;
  isAsked = true;
  requestAnimationFrame(drawSome);
}

function drawSome(): void {
  isAsked = false;
  const start = performance.now();
  for (const [owner, draw] of waiting) {
    waiting.delete(owner);
    draw();
    if (performance.now() - start > BUDGET_MILLIS) break;
  }
  askForFrame();
}
