import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, parseBytes, shortId } from './format';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [118 * 1024 ** 2, '118 MiB'],
    [1.46 * 1024 ** 3, '1.46 GiB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('parseBytes', () => {
  it.each([
    ['512 MiB', 512 * 1024 ** 2],
    ['512m', 512 * 1024 ** 2],
    ['1.5g', 1.5 * 1024 ** 3],
    ['6291456', 6_291_456],
    ['64kb', 65_536],
  ])('reads %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', 'lots', '-1m', '5x'])('refuses %s', (text) => {
    expect(parseBytes(text)).toBeNull();
  });
});

describe('formatDuration', () => {
  it.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [3 * 60_000, '3 min'],
    [26 * 3_600_000, '1 d'],
    [90 * 86_400_000, '3 mo'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

it('shows the first twelve digits of a digest', () => {
  expect(shortId('sha256:0123456789abcdef')).toBe('0123456789ab');
});
