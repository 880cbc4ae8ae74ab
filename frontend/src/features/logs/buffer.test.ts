import { describe, expect, it } from 'vitest';
import { LogBuffer, type ReceivedLine, type Stream } from './buffer';
import { compileQuery, LogSearch, matchRanges } from './search';

function line(text: string, stream: Stream = 'stdout'): ReceivedLine {
  return { time: '2026-01-01T00:00:00Z', stream, text };
}

function many(count: number, from = 0): ReceivedLine[] {
  return Array.from({ length: count }, (_, index) => line(`line ${from + index}`));
}

describe('LogBuffer', () => {
  it('keeps the newest lines and says how many went', () => {
    const buffer = new LogBuffer(100);
    buffer.append(many(250));
    expect(buffer.lines).toHaveLength(100);
    expect(buffer.lines[0]?.plain).toBe('line 150');
    expect(buffer.dropped).toBe(150);
  });

  it('numbers lines from the first one received', () => {
    const buffer = new LogBuffer(10);
    buffer.append(many(12));
    expect(buffer.lines.at(-1)?.number).toBe(11);
  });

  it('carries open colors on within a stream only', () => {
    const buffer = new LogBuffer(10);
    buffer.append([line('\x1b[31mred'), line('plain', 'stderr'), line('still red')]);
    const styles = buffer.lines.map((each) => each.segments[0]?.style);
    expect(styles).toEqual([{ color: 1 }, {}, { color: 1 }]);
  });

  it('holds 100,000 lines', () => {
    const buffer = new LogBuffer(100_000);
    for (let round = 0; round < 100; round += 1) buffer.append(many(1000, round * 1000));
    expect(buffer.lines).toHaveLength(100_000);
    expect(buffer.dropped).toBe(0);
  });
});

describe('LogSearch', () => {
  it('finds lines as they come and forgets those that went', () => {
    const buffer = new LogBuffer(10);
    const search = new LogSearch(compileQuery('line 1'));
    buffer.append(many(5));
    expect(search.update(buffer.lines)).toEqual([1]);
    buffer.append(many(15, 5));
    expect(search.update(buffer.lines)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });

  it('looks through colors', () => {
    const buffer = new LogBuffer(10);
    buffer.append([line('er\x1b[31mror')]);
    expect(new LogSearch(compileQuery('ERROR')).update(buffer.lines)).toEqual([0]);
  });
});

describe('compileQuery', () => {
  it.each([
    ['a.b', 'a.b axb', [[0, 3]]],
    [
      '/a.b/',
      'a.b axb',
      [
        [0, 3],
        [4, 7],
      ],
    ],
    ['/A/i', 'xa', [[1, 2]]],
    ['/(/', 'anything', []],
    ['', 'anything', []],
  ])('%s in %s', (query, text, ranges) => {
    expect(matchRanges(text, compileQuery(query))).toEqual(ranges);
  });
});
