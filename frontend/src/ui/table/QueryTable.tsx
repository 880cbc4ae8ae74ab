import type { ColumnDef } from '@tanstack/react-table';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from '../Failure';
import { Loading } from '../Loading';
import { DataTable } from './DataTable';

interface Props<T> {
  label: string;
  query: UseQueryResult<T[]>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each column has a value type of its own
  columns: ColumnDef<T, any>[];
  rowId: (row: T) => string;
  sort: string;
  /** Shown where there is nothing. */
  empty: ReactNode;
}

/** All that a query answers with, as a table. */
export function QueryTable<T>({ label, query, columns, rowId, sort, empty }: Props<T>) {
  if (query.isPending) return <Loading what={label.toLowerCase()} />;
  if (query.isLoadingError)
    return (
      <Failure what={`${label} could not be read`} error={query.error} retry={query.refetch} />
    );
  if (query.data.length === 0) return empty;
  return (
    <DataTable label={label} rows={query.data} columns={columns} rowId={rowId} sort={sort} isWide />
  );
}
