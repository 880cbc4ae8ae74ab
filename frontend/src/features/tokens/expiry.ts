const DAY = 86_400_000;

export const LIFETIMES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: '', label: 'without an end' },
];

/** When a token made at *now* ends, for a number of days as text; null for never. */
export function expiryOf(days: string, now: number): string | null {
  return days === '' ? null : new Date(now + Number(days) * DAY).toISOString();
}
