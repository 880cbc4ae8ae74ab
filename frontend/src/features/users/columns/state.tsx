import { UserState } from '../UserState';
import { column } from './column';

export const state = column.accessor('is_active', {
  id: 'state',
  header: 'State',
  size: 130,
  meta: { hideBelow: 'sm' },
  cell: ({ row }) => <UserState user={row.original} />,
});
