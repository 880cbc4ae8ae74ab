import { UserActions } from '../UserActions';
import { column } from './column';

export const actions = column.display({
  id: 'actions',
  size: 260,
  header: () => null,
  cell: ({ row }) => <UserActions user={row.original} />,
});
