import type { LogLine } from './buffer';

/** The expression that *query* means: `/…/` is a regular one, all else is text in any case. */
export function compileQuery(query: string): RegExp | null {
  if (query === '') return null;
  const [, body, flags] = /^\/(.+)\/([im]*)$/.exec(query) ?? [];
  if (body === undefined)
    return new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), 'gi');
  try {
    return new RegExp(body, `g${flags ?? ''}`);
  } catch {
    // A pattern still being typed; nothing is found until it is whole.
    return null;
  }
}

/** Numbers of the lines that match, growing with the log: a line is looked at once. */
export class LogSearch {
  private readonly found: number[] = [];
  private next = 0;

  constructor(private readonly pattern: RegExp | null) {}

  /** Look at the lines that came since the last call; returns the matches that are still kept. */
  update(lines: readonly LogLine[]): readonly number[] {
    const { pattern, found } = this;
    const first = lines[0]?.number ?? 0;
    if (pattern === null) return found;
    for (const line of lines.slice(Math.max(this.next - first, 0)))
      if (line.plain.search(pattern) >= 0) found.push(line.number);
    this.next = (lines.at(-1)?.number ?? -1) + 1;
    const gone = found.findIndex((number) => number >= first);
    if (gone !== 0) found.splice(0, gone < 0 ? found.length : gone);
    return found;
  }
}

/** Where *pattern* matches in *text*, as `[from, to]` pairs. */
export function matchRanges(text: string, pattern: RegExp | null): [number, number][] {
  if (pattern === null) return [];
  const ranges: [number, number][] = [];
  for (const match of text.matchAll(pattern))
    if (match[0] !== '') ranges.push([match.index, match.index + match[0].length]);
  return ranges;
}
