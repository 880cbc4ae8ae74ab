import { flexRender, type Row } from '@tanstack/react-table';

export function TableRow<T>({ row, index }: { row: Row<T>; index: number }) {
  return (
    <tr aria-rowindex={index + 2} data-selected={row.getIsSelected() || undefined}>
      {row.getVisibleCells().map((cell) => (
        <td key={cell.id} data-hide-below={cell.column.columnDef.meta?.hideBelow}>
          {flexRender(cell.column.columnDef.cell, cell.getContext())}
        </td>
      ))}
    </tr>
  );
}
