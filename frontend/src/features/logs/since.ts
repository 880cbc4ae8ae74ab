const SECONDS: Record<string, number> = { m: 60, h: 3600, d: 86_400 };

/** What the picker offers; a moment of one's own is written as date and time. */
export const SINCE_CHOICES = [
  { value: '', label: 'any time' },
  { value: '5m', label: 'last 5 minutes' },
  { value: '15m', label: 'last 15 minutes' },
  { value: '1h', label: 'last hour' },
  { value: '6h', label: 'last 6 hours' },
  { value: '1d', label: 'last day' },
  { value: '7d', label: 'last 7 days' },
];

/** Seconds since the epoch that `15m`, `2d` or a local date and time mean at *now*; null for none. */
export function sinceSeconds(since: string, now: number): number | null {
  const relative = /^(\d+)([mhd])$/.exec(since);
  if (relative)
    return Math.floor(now / 1000) - Number(relative[1]) * (SECONDS[relative[2] ?? ''] ?? 0);
  const moment = Date.parse(since);
  return Number.isNaN(moment) ? null : Math.floor(moment / 1000);
}

/** *time* as a field for local dates and times takes it. */
export function localMoment(time: number): string {
  const date = new Date(time);
  return new Date(time - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
