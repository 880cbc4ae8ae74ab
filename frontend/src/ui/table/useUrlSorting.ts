import type { OnChangeFn, SortingState } from '@tanstack/react-table';
import { useCallback, useMemo } from 'react';
import { useUrlParam } from '@/lib/useUrlParam';

/** A table's order, kept in the address as `?sort=name` or `?sort=-created`. */
export function useUrlSorting(fallback: string): [SortingState, OnChangeFn<SortingState>] {
  const [text, setText] = useUrlParam('sort', fallback);
  const sorting = useMemo<SortingState>(
    () => [{ id: text.replace(/^-/, ''), desc: text.startsWith('-') }],
    [text],
  );
  const setSorting = useCallback<OnChangeFn<SortingState>>(
    (update) => {
      const [next] = typeof update === 'function' ? update(sorting) : update;
      setText(next ? `${next.desc ? '-' : ''}${next.id}` : fallback);
    },
    [sorting, setText, fallback],
  );
  return [sorting, setSorting];
}
