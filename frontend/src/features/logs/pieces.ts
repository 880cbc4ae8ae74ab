import type { Segment } from '@/lib/ansi';
import type { LogLine } from './buffer';
import { matchRanges } from './search';

export interface Piece extends Segment {
  isMatch: boolean;
}

/** The line cut at its colors and at what *pattern* matches. */
export function pieces(line: LogLine, pattern: RegExp | null): Piece[] {
  const ranges = matchRanges(line.plain, pattern);
  const cut: Piece[] = [];
  let at = 0;
  for (const { text, style } of line.segments) {
    const end = at + text.length;
    const edges = ranges.flat().filter((edge) => edge > at && edge < end);
    const stops = [at, ...edges, end];
    for (const [index, from] of stops.slice(0, -1).entries()) {
      const to = stops[index + 1] ?? end;
      const isMatch = ranges.some(([start, stop]) => start <= from && to <= stop);
      cut.push({
        text: text.slice(from - (end - text.length), to - (end - text.length)),
        style,
        isMatch,
      });
    }
    at = end;
  }
  return cut;
}
