import {
  getCoreRowModel,
  getSortedRowModel,
  useReactTable,
  type ColumnDef,
  type OnChangeFn,
  type RowSelectionState,
} from '@tanstack/react-table';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import classes from './DataTable.module.css';
import { HeaderCell } from './HeaderCell';
import { selectionColumn } from './selectionColumn';
import { TableRow } from './TableRow';
import { useUrlSorting } from './useUrlSorting';
import './meta';

const ROW_HEIGHT = 40;

interface Props<T> {
  label: string;
  rows: T[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each column has a value type of its own
  columns: ColumnDef<T, any>[];
  rowId: (row: T) => string;
  sort: string;
  /** Whether it scrolls sideways where the window is too narrow for its buttons. */
  isWide?: boolean;
  selection?: RowSelectionState;
  onSelectionChange?: OnChangeFn<RowSelectionState>;
}

/** A table of any length: only the rows in sight are in the document. */
export function DataTable<T>(props: Props<T>) {
  const table = useTable(props);
  const sorted = table.getRowModel().rows;
  const { ref, items, before, after } = useRowWindow(sorted.length);
  return (
    <div className={classes.frame} data-wide={props.isWide || undefined}>
      <table
        ref={ref}
        className={classes.table}
        aria-label={props.label}
        aria-rowcount={sorted.length + 1}
      >
        <thead className={classes.head}>
          <tr>
            {table.getFlatHeaders().map((header) => (
              <HeaderCell key={header.id} header={header} />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr style={{ height: before }} />}
          {items.map(({ index }) => {
            const row = sorted[index];
            return row && <TableRow key={row.id} row={row} index={index} />;
          })}
          {after > 0 && <tr style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  );
}

function useTable<T>({ rows, columns, rowId, sort, selection, onSelectionChange }: Props<T>) {
  const [sorting, setSorting] = useUrlSorting(sort);
  const isSelectable = onSelectionChange !== undefined;
  const allColumns = useMemo(
    () => (isSelectable ? [selectionColumn<T>(), ...columns] : columns),
    [isSelectable, columns],
  );
  return useReactTable<T>({
    data: rows,
    columns: allColumns,
    state: { sorting, rowSelection: selection ?? {} },
    onSortingChange: setSorting,
    ...(isSelectable && { onRowSelectionChange: onSelectionChange }),
    enableRowSelection: isSelectable,
    enableSortingRemoval: false,
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });
}

/** The rows in sight, and how much room those above and below take. */
function useRowWindow(count: number) {
  const ref = useRef<HTMLTableElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    setOffset(ref.current?.offsetTop ?? 0);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: offset,
  });
  const items = virtualizer.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)];
  return {
    ref,
    items,
    before: first ? first.start - offset : 0,
    after: last ? virtualizer.getTotalSize() - (last.end - offset) : 0,
  };
}
