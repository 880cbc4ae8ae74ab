import type { CSSProperties } from 'react';
import type { Style } from '@/lib/ansi';

function color(value: number | string | undefined): string | undefined {
  return typeof value === 'number' ? `var(--ansi-${value})` : value;
}

/** A terminal style as the browser draws it; the palette follows the theme. */
export function cssOf(style: Style): CSSProperties {
  const front = color(style.color);
  const back = color(style.background);
  return {
    color: style.inverse ? (back ?? 'var(--surface-sunken)') : front,
    backgroundColor: style.inverse ? (front ?? 'var(--mantine-color-text)') : back,
    fontWeight: style.bold ? 700 : undefined,
    opacity: style.dim ? 0.65 : undefined,
    fontStyle: style.italic ? 'italic' : undefined,
    textDecoration: style.underline ? 'underline' : undefined,
  };
}
