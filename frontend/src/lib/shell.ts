const SAFE = /^[\w@%+=:,./-]+$/;

/** *word* as a POSIX shell reads it back. */
export function quoteWord(word: string): string {
  if (SAFE.test(word)) return word;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

export class UnclosedQuote extends Error {}

// One piece of a word: single-quoted, double-quoted, escaped, or bare text.
const PIECE = /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^\s'"\\]+)|(\s+)|([^])/gy;

function unescaped(double: string | undefined): string | undefined {
  return double?.replace(/\\(["\\$`])/g, '$1');
}

/** The words of *line* by the quoting rules of a POSIX shell, without expansions. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (const [piece, single, double, escaped, bare, space] of line.matchAll(PIECE)) {
    if (space !== undefined) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    const text = single ?? unescaped(double) ?? escaped ?? bare;
    if (text === undefined) throw new UnclosedQuote(`${piece} is not closed`);
    word = (word ?? '') + text;
  }
  if (word !== null) words.push(word);
  return words;
}
