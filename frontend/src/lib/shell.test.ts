import { describe, expect, it } from 'vitest';
import { quoteWord, splitWords, UnclosedQuote } from './shell';

describe('splitWords', () => {
  it.each([
    ['echo hello world', ['echo', 'hello', 'world']],
    [`sh -c 'echo "a b"; sleep 1'`, ['sh', '-c', 'echo "a b"; sleep 1']],
    [`a"b c"'d e' f\\ g`, ['ab cd e', 'f g']],
    [`"" ''`, ['', '']],
    [`"\\"x\\" \\n"`, ['"x" \\n']],
    ['   ', []],
  ])('reads %s', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it('refuses a quote that is not closed', () => {
    expect(() => splitWords(`sh -c 'oops`)).toThrow(UnclosedQuote);
  });
});

describe('quoteWord', () => {
  it.each(['plain', 'a b', `it's`, '$HOME', ''])('round-trips %j', (word) => {
    expect(splitWords(quoteWord(word))).toEqual([word]);
  });

  it('leaves safe words bare', () => {
    expect(quoteWord('docker.io/library/nginx:1.29')).toBe('docker.io/library/nginx:1.29');
  });
});
