import {
  getCoreRowModel,
  getSortedRowModel,
  useReactTable,
  type ColumnDef,
  type OnChangeFn,
  type RowSelectionState,
} from '@tanstack/react-table';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';
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
  selection?: RowSelectionState;
  onSelectionChange?: OnChangeFn<RowSelectionState>;
}

/** A table of any length: only the rows in sight are in the document. */
export function DataTable<T>({ label, rows, columns, rowId, sort, ...selecting }: Props<T>) {
  const [sorting, setSorting] = useUrlSorting(sort);
  const isSelectable = selecting.onSelectionChange !== undefined;
  const table = useReactTable<T>({
    data: rows,
    columns: isSelectable ? [selectionColumn<T>(), ...columns] : columns,
    state: { sorting, rowSelection: selecting.selection ?? {} },
    onSortingChange: setSorting,
    ...(selecting.onSelectionChange && { onRowSelectionChange: selecting.onSelectionChange }),
    enableRowSelection: isSelectable,
    enableSortingRemoval: false,
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });
  const sorted = table.getRowModel().rows;
  const { ref, virtualizer } = useRowWindow(sorted.length);
  const shown = virtualizer.getVirtualItems();
  const before = (shown[0]?.start ?? 0) - virtualizer.options.scrollMargin;
  const after =
    virtualizer.getTotalSize() - (shown.at(-1)?.end ?? 0) + virtualizer.options.scrollMargin;

  return (
    <div className={classes.frame}>
      <table ref={ref} className={classes.table} aria-label={label} aria-rowcount={rows.length + 1}>
        <thead className={classes.head}>
          <tr>
            {table.getFlatHeaders().map((header) => (
              <HeaderCell key={header.id} header={header} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.length > 0 && before > 0 && <tr style={{ height: before }} />}
          {shown.map((item) => {
            const row = sorted[item.index];
            return row && <TableRow key={row.id} row={row} index={item.index} />;
          })}
          {shown.length > 0 && after > 0 && <tr style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  );
}

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
  return { ref, virtualizer };
}
