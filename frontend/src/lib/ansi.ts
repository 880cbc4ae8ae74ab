/** How a piece of log text looks; colors are an index of the 16-color palette or a CSS color. */
export interface Style {
  color?: number | string | undefined;
  background?: number | string | undefined;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  inverse?: boolean;
}

export interface Segment {
  text: string;
  style: Style;
}

export const PLAIN: Style = Object.freeze({});

// SGR sequences are kept apart; every other escape sequence and control character is dropped.
const ESCAPE =
  /\x1b\[([\d;:]*)m|\x1b\[[\d;?<=>]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][\w]|\x1b.|[\x00-\x08\x0b-\x1f\x7f]/g;

/** Split *text* at its colors, starting in *style*; `style` of the result is what the next line starts in. */
export function parseAnsi(
  text: string,
  style: Style = PLAIN,
): { segments: Segment[]; style: Style } {
  const segments: Segment[] = [];
  let from = 0;
  for (const match of text.matchAll(ESCAPE)) {
    push(segments, text.slice(from, match.index), style);
    from = match.index + match[0].length;
    if (match[1] !== undefined) style = applySgr(style, match[1]);
  }
  push(segments, text.slice(from), style);
  return { segments, style };
}

function push(segments: Segment[], text: string, style: Style): void {
  const last = segments.at(-1);
  if (!text) return;
  if (last?.style === style) last.text += text;
  else segments.push({ text, style });
}

function applySgr(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number);
  let next: Style = { ...style };
  while (codes.length > 0) {
    const code = codes.shift() ?? 0;
    if (code === 0) next = {};
    else if (code === 38) next.color = extendedColor(codes);
    else if (code === 48) next.background = extendedColor(codes);
    else next = { ...next, ...simple(code) };
  }
  return next;
}

/** The color after 38 or 48; takes its numbers from *codes*. */
function extendedColor(codes: number[]): number | string | undefined {
  const kind = codes.shift();
  if (kind === 2) {
    const [red = 0, green = 0, blue = 0] = codes.splice(0, 3);
    return `rgb(${red} ${green} ${blue})`;
  }
  if (kind !== 5) return undefined;
  const index = codes.shift() ?? 0;
  if (index < 16) return index;
  if (index >= 232) {
    const gray = (index - 232) * 10 + 8;
    return `rgb(${gray} ${gray} ${gray})`;
  }
  const level = (step: number) => (step === 0 ? 0 : step * 40 + 55);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`;
}

const ATTRIBUTES: Record<number, Style> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  39: { color: undefined },
  49: { background: undefined },
};

const BRIGHT = 8;
const PALETTES: [first: number, key: 'color' | 'background', offset: number][] = [
  [30, 'color', 0],
  [40, 'background', 0],
  [90, 'color', BRIGHT],
  [100, 'background', BRIGHT],
];

function simple(code: number): Style {
  const palette = PALETTES.find(([first]) => code >= first && code < first + 8);
  if (palette) return { [palette[1]]: code - palette[0] + palette[2] };
  return ATTRIBUTES[code] ?? {};
}

/** *text* without escape sequences: what search and copy work on. */
export function stripAnsi(text: string): string {
  return text.replace(ESCAPE, '');
}
