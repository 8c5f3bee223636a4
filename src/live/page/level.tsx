import type { Level } from '../protocol.js';
import { Icon } from './icons.js';

const WORDS: Readonly<Record<Level, string>> = {
  good: 'Good',
  warning: 'Warning',
  problem: 'Problem',
};

/** A level by shape, word and colour. */
export function LevelMark({ level, word }: { level: Level; word?: string }) {
  return (
    <span class={`level ${level}`}>
      <Icon name={level} />
      <span>{word ?? WORDS[level]}</span>
    </span>
  );
}
