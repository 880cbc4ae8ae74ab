import { describe, expect, it } from 'vitest';
import { patchList } from './patch';
import type { Change } from './socket';

interface Row {
  id: string;
  version: number;
  state: string;
}

const rows: Row[] = [
  { id: 'a', version: 4, state: 'running' },
  { id: 'b', version: 7, state: 'exited' },
];

function patched(change: Partial<Change> & { object: unknown }, id: string): Row[] {
  const whole = {
    kind: 'container',
    id,
    action: 'die',
    version: 0,
    host: 'h1',
    project: 'p',
    ...change,
  };
  return patchList(rows, whole, (row) => row.id === id);
}

describe('patchList', () => {
  it('puts a changed object in its own place', () => {
    const object = { id: 'a', version: 5, state: 'exited' };
    expect(patched({ object }, 'a')).toEqual([object, rows[1]]);
  });

  it('keeps what it has where the change is older', () => {
    expect(patched({ object: { id: 'b', version: 6, state: 'running' } }, 'b')).toBe(rows);
  });

  it('puts a new object first', () => {
    const object = { id: 'c', version: 8, state: 'created' };
    expect(patched({ object }, 'c').map((row) => row.id)).toEqual(['c', 'a', 'b']);
  });

  it('drops an object that is gone and ignores one it never had', () => {
    expect(patched({ object: null }, 'a').map((row) => row.id)).toEqual(['b']);
    expect(patched({ object: null }, 'z')).toBe(rows);
  });
});
