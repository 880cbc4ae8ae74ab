import { Checkbox } from '@mantine/core';
import type { ColumnDef } from '@tanstack/react-table';

export function selectionColumn<T>(): ColumnDef<T> {
  return {
    id: 'select',
    size: 36,
    enableSorting: false,
    header: ({ table }) => (
      <Checkbox
        size="xs"
        aria-label="Select all"
        checked={table.getIsAllRowsSelected()}
        indeterminate={table.getIsSomeRowsSelected()}
        onChange={table.getToggleAllRowsSelectedHandler()}
      />
    ),
    cell: ({ row }) => (
      <Checkbox
        size="xs"
        aria-label="Select this row"
        checked={row.getIsSelected()}
        onChange={row.getToggleSelectedHandler()}
      />
    ),
  };
}
