import { TokenActions } from '../TokenActions';
import { column } from './column';

export const actions = column.display({
  id: 'actions',
  size: 190,
  header: () => null,
  cell: ({ row }) => <TokenActions token={row.original} />,
});
