import { RemoveImage } from '../RemoveImage';
import { column } from './column';

export const actions = column.display({
  id: 'actions',
  size: 52,
  header: () => null,
  enableSorting: false,
  cell: ({ row }) => <RemoveImage image={row.original} />,
});
