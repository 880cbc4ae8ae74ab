import { parseAnsi, PLAIN, stripAnsi, type Segment, type Style } from '@/lib/ansi';

export type Stream = 'stdout' | 'stderr';

/** A line as the platform sends it. */
export interface ReceivedLine {
  time: string;
  stream: Stream;
  text: string;
}

/** A line as it is shown; `number` counts from the first line ever received. */
export interface LogLine {
  number: number;
  time: string;
  stream: Stream;
  plain: string;
  segments: Segment[];
}

/** The last *limit* lines of a log. Colors that a line leaves open go on in its stream's next one. */
export class LogBuffer {
  private kept: LogLine[] = [];
  private received = 0;
  private readonly styles: Record<Stream, Style> = { stdout: PLAIN, stderr: PLAIN };

  constructor(private readonly limit: number) {}

  get lines(): readonly LogLine[] {
    return this.kept;
  }

  /** How many older lines had to go. */
  get dropped(): number {
    return this.received - this.kept.length;
  }

  append(lines: ReceivedLine[]): void {
    for (const line of lines) this.kept.push(this.shown(line));
    // Dropping in steps of a tenth keeps appending cheap once the buffer is full.
    if (this.kept.length > this.limit * 1.1) this.kept = this.kept.slice(-this.limit);
  }

  clear(): void {
    this.kept = [];
    this.received = 0;
  }

  private shown({ time, stream, text }: ReceivedLine): LogLine {
    const parsed = parseAnsi(text, this.styles[stream]);
    this.styles[stream] = parsed.style;
    const number = this.received;
    this.received += 1;
    return { number, time, stream, plain: stripAnsi(text), segments: parsed.segments };
  }
}
