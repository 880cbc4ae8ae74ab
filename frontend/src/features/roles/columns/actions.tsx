import { RoleActions } from '../RoleActions';
import { column } from './column';

export const actions = column.display({
  id: 'actions',
  size: 190,
  header: () => null,
  cell: ({ row }) => <RoleActions role={row.original} />,
});
