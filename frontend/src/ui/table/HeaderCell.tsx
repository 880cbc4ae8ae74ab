import { flexRender, type Header } from '@tanstack/react-table';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import classes from './DataTable.module.css';

const ARIA = { asc: 'ascending', desc: 'descending' } as const;

export function HeaderCell<T>({ header }: { header: Header<T, unknown> }) {
  const { column } = header;
  const sorted = column.getIsSorted();
  const title = flexRender(column.columnDef.header, header.getContext());
  const meta = column.columnDef.meta;
  return (
    <th
      scope="col"
      data-hide-below={meta?.hideBelow}
      style={meta?.grows ? undefined : { width: column.getSize() }}
      aria-sort={sorted ? ARIA[sorted] : undefined}
    >
      {column.getCanSort() ? (
        <button type="button" className={classes.sort} onClick={column.getToggleSortingHandler()}>
          {title}
          {sorted === 'asc' && <IconArrowUp size={13} aria-hidden />}
          {sorted === 'desc' && <IconArrowDown size={13} aria-hidden />}
        </button>
      ) : (
        title
      )}
    </th>
  );
}
