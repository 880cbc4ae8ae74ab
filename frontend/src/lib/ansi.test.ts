import { describe, expect, it } from 'vitest';
import { parseAnsi, stripAnsi } from './ansi';

describe('parseAnsi', () => {
  it('leaves text without escapes in one segment', () => {
    expect(parseAnsi('hello').segments).toEqual([{ text: 'hello', style: {} }]);
  });

  it('splits at colors and resets', () => {
    expect(parseAnsi('a\x1b[31;1mb\x1b[0mc').segments).toEqual([
      { text: 'a', style: {} },
      { text: 'b', style: { color: 1, bold: true } },
      { text: 'c', style: {} },
    ]);
  });

  it('carries the style into the next line', () => {
    const first = parseAnsi('\x1b[33mwarn');
    expect(parseAnsi('ing', first.style).segments).toEqual([{ text: 'ing', style: { color: 3 } }]);
  });

  it('reads bright, 256-color and true-color codes', () => {
    const { segments } = parseAnsi('\x1b[92ma\x1b[38;5;196mb\x1b[48;2;1;2;3mc\x1b[38;5;240md');
    expect(segments.map((segment) => segment.style)).toEqual([
      { color: 10 },
      { color: 'rgb(255 0 0)' },
      { color: 'rgb(255 0 0)', background: 'rgb(1 2 3)' },
      { color: 'rgb(88 88 88)', background: 'rgb(1 2 3)' },
    ]);
  });

  it('drops cursor movement, titles and control characters', () => {
    expect(parseAnsi('\x1b[2K\x1b]0;title\x07a\x08b\rc').segments).toEqual([
      { text: 'abc', style: {} },
    ]);
  });

  it('treats an empty code as a reset', () => {
    expect(parseAnsi('\x1b[31ma\x1b[mb').segments[1]).toEqual({ text: 'b', style: {} });
  });
});

describe('stripAnsi', () => {
  it('keeps the words', () => {
    expect(stripAnsi('\x1b[1;32mok\x1b[0m\tdone')).toBe('ok\tdone');
  });
});
