import { expect, it } from 'vitest';
import { LogBuffer } from './buffer';
import { pieces } from './pieces';
import { compileQuery } from './search';

it('cuts a line at its colors and at the matches, also where they overlap', () => {
  const buffer = new LogBuffer(1);
  buffer.append([{ time: '', stream: 'stdout', text: 'an er\x1b[31mror her\x1b[0me' }]);
  const [line] = buffer.lines;
  const cut = line && pieces(line, compileQuery('er'));
  expect(cut).toEqual([
    { text: 'an ', style: {}, isMatch: false },
    { text: 'er', style: {}, isMatch: true },
    { text: 'ror h', style: { color: 1 }, isMatch: false },
    { text: 'er', style: { color: 1 }, isMatch: true },
    { text: 'e', style: {}, isMatch: false },
  ]);
});

it('marks a match that spans two colors in both of its parts', () => {
  const buffer = new LogBuffer(1);
  buffer.append([{ time: '', stream: 'stdout', text: 'a\x1b[31mb' }]);
  const [line] = buffer.lines;
  expect(line && pieces(line, compileQuery('ab')).map((piece) => piece.isMatch)).toEqual([
    true,
    true,
  ]);
});
