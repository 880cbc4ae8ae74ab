import { RevokeSession } from '../RevokeSession';
import { column } from './column';

export const actions = column.display({
  id: 'actions',
  size: 120,
  header: () => null,
  cell: ({ row }) => <RevokeSession session={row.original} />,
});
