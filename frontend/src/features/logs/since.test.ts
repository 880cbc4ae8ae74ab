import { expect, it } from 'vitest';
import { localMoment, sinceSeconds } from './since';

const NOW = Date.parse('2026-01-10T12:00:00Z');

it.each([
  ['15m', '2026-01-10T11:45:00Z'],
  ['6h', '2026-01-10T06:00:00Z'],
  ['7d', '2026-01-03T12:00:00Z'],
  ['2026-01-09T08:30:00Z', '2026-01-09T08:30:00Z'],
])('takes %s for %s', (since, moment) => {
  expect(sinceSeconds(since, NOW)).toBe(Date.parse(moment) / 1000);
});

it.each(['', 'yesterday', '5x'])('takes %j for no limit', (since) => {
  expect(sinceSeconds(since, NOW)).toBeNull();
});

it('reads back the moment that it wrote for a date field', () => {
  expect(sinceSeconds(localMoment(NOW), 0)).toBe(NOW / 1000);
});
