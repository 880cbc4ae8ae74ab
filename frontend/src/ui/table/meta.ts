import type { RowData } from '@tanstack/react-table';

declare module '@tanstack/react-table' {
  // The parameters must be those of the library's own declaration.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  interface ColumnMeta<TData extends RowData, TValue> {
    /** Leave the column out on windows narrower than this. */
    hideBelow?: 'sm' | 'md' | 'lg';
    /** Take the width that is left. */
    grows?: boolean;
  }
}
