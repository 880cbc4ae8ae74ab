import { RemoveInvitation } from '../RemoveInvitation';
import { column } from './column';

export const actions = column.display({
  id: 'actions',
  size: 120,
  header: () => null,
  cell: ({ row }) => <RemoveInvitation invitation={row.original} />,
});
