import { RevokeToken } from '../RevokeToken';
import { column } from './column';

export const actions = column.display({
  id: 'actions',
  size: 112,
  header: () => null,
  cell: ({ row }) => <RevokeToken token={row.original} />,
});
