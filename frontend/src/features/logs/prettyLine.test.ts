import { expect, it } from 'vitest';
import { LogBuffer, type LogLine } from './buffer';
import { prettyLine } from './prettyLine';

function lineOf(text: string): LogLine {
  const buffer = new LogBuffer(1);
  buffer.append([{ time: '', stream: 'stdout', text }]);
  const [line] = buffer.lines;
  if (!line) throw new Error('nothing was kept');
  return line;
}

it('spreads a JSON object out and colors keys, texts and numbers', () => {
  const line = prettyLine(lineOf('{"level":"info","ms":12,"ok":true}'));
  expect(line.plain).toBe('{\n  "level": "info",\n  "ms": 12,\n  "ok": true\n}');
  expect(line.segments.map(({ text }) => text).join('')).toBe(line.plain);
  expect(line.segments.filter(({ style }) => style.color).map(({ text }) => text)).toEqual([
    '"level":',
    '"info"',
    '"ms":',
    '12',
    '"ok":',
    'true',
  ]);
});

it.each(['plain text', '{not json', '[INFO] started', ''])('leaves %j as it is', (text) => {
  const line = lineOf(text);
  expect(prettyLine(line)).toBe(line);
});
