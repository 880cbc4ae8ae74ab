const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes in binary units, three significant digits: `118 MiB`, `1.46 GiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${Number(value.toFixed(digits))} ${UNITS[unit] ?? 'B'}`;
}

const BYTES = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i;

/** The bytes that `512 MiB`, `512m` or `1.5g` mean, or null where the text means none. */
export function parseBytes(text: string): number | null {
  const match = BYTES.exec(text.trim());
  if (!match) return null;
  const power = ' kmgt'.indexOf((match[2] ?? '').toLowerCase() || ' ');
  return Math.round(Number(match[1]) * 1024 ** power);
}

const STEPS: [limit: number, unit: string, seconds: number][] = [
  [60, 's', 1],
  [3600, 'min', 60],
  [86_400, 'h', 3600],
  [86_400 * 60, 'd', 86_400],
  [86_400 * 730, 'mo', 86_400 * 30],
  [Infinity, 'y', 86_400 * 365],
];

/** `12 s`, `3 min`, `2 d`: whole steps, rounded down. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const step = STEPS.find(([limit]) => seconds < limit) ?? [0, 's', 1];
  return `${Math.floor(seconds / step[2])} ${step[1]}`;
}

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function formatAbsolute(time: string): string {
  return absolute.format(new Date(time));
}

/** The first twelve hex digits of an id or digest, as Docker shows them. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
