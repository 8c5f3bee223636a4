import { format } from '../format.js';
import type { LinesPanel, PanelData } from '../protocol.js';
import { lookOf } from './chart-options.js';
import { csvOf, tableOf } from './csv.js';
import { lastOf } from './summary.js';
import { coloursNow } from './theme.js';

/** Puts text on the clipboard; `false` where the browser does not let it. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // There is no clipboard for a page over plain http from another machine.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand('copy');
    area.remove();
    return isCopied;
  }
}

/** What a panel shows, as a CSV file. */
export function downloadCsv(panel: PanelData, times: readonly number[]): void {
  const csv = csvOf(tableOf(panel, times));
  download(new Blob([csv], { type: 'text/csv;charset=utf-8' }), `${fileName(panel.title)}.csv`);
}

const PADDING = 20;
const HEAD = 46;
const ENTRY = 18;
const SHARPNESS = 2;

/**
 * A graph as a PNG file: its title, what is on its canvas and its legend, on the background of the page.
 * Nothing where it has no canvas.
 */
export async function downloadPng(panel: PanelData, place: HTMLElement): Promise<boolean> {
  const drawn = place.querySelector('canvas');
  if (drawn === null) return false;
  const width = drawn.clientWidth;
  const height = drawn.clientHeight;
  const entries = panel.kind === 'lines' || panel.kind === 'stacked' ? panel.lines.length : 0;
  const canvas = document.createElement('canvas');
  canvas.width = (width + PADDING * 2) * SHARPNESS;
  canvas.height = (HEAD + height + entries * ENTRY + PADDING * 2) * SHARPNESS;
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
  const colours = coloursNow();
  pen.scale(SHARPNESS, SHARPNESS);
  pen.fillStyle = colours.surface;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = colours.text;
  pen.font = `600 15px ${colours.font}`;
  pen.fillText(panel.title, PADDING, PADDING + 14);
  pen.fillStyle = colours.muted;
  pen.font = `12px ${colours.font}`;
  pen.fillText(new Date().toISOString(), PADDING, PADDING + 32);
  pen.drawImage(drawn, PADDING, HEAD + 8, width, height);
  if (entries > 0) drawLegend(pen, panel as LinesPanel, HEAD + height + 26, colours.text);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) return false;
  download(blob, `${fileName(panel.title)}.png`);
  return true;
}

function drawLegend(
  pen: CanvasRenderingContext2D,
  panel: LinesPanel,
  top: number,
  text: string,
): void {
  const colours = coloursNow();
  panel.lines.forEach(({ name, values }, i) => {
    const y = top + i * ENTRY;
    const { colour, dash } = lookOf(i);
    pen.strokeStyle = colours.lines[colour] as string;
    pen.lineWidth = 2;
    pen.setLineDash([...dash]);
    pen.beginPath();
    pen.moveTo(PADDING, y - 4);
    pen.lineTo(PADDING + 24, y - 4);
    pen.stroke();
    pen.fillStyle = text;
    pen.fillText(`${name}  ${format(lastOf(values), panel.unit)}`, PADDING + 32, y);
  });
  pen.setLineDash([]);
}

function fileName(title: string): string {
  const name = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return name === '' ? 'panel' : name.slice(0, 80);
}

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
