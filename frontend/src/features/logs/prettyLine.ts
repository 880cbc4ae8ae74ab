import { PLAIN, type Segment, type Style } from '@/lib/ansi';
import type { LogLine } from './buffer';

const BLUE = 4;
const GREEN = 2;
const MAGENTA = 5;

// A string, with the colon that makes it a key; or a number or a word.
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g;

function styleOf(text: string | undefined, colon: string | undefined): Style {
  if (colon !== undefined) return { color: BLUE };
  return { color: text === undefined ? MAGENTA : GREEN };
}

function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > at) segments.push({ text: text.slice(at, match.index), style: PLAIN });
    segments.push({ text: match[0], style: styleOf(match[1], match[2]) });
    at = match.index + match[0].length;
  }
  if (at < text.length) segments.push({ text: text.slice(at), style: PLAIN });
  return segments;
}

/** *line*, spread out over several where it is a JSON object or list; any other as it is. */
export function prettyLine(line: LogLine): LogLine {
  if (!/^\s*[{[]/.test(line.plain)) return line;
  try {
    const plain = JSON.stringify(JSON.parse(line.plain), null, 2);
    return { ...line, plain, segments: segmentsOf(plain) };
  } catch (error) {
    if (error instanceof SyntaxError) return line;
    throw error;
  }
}
