import { TeamActions } from '../TeamActions';
import { column } from './column';

export const actions = column.display({
  id: 'actions',
  size: 280,
  header: () => null,
  cell: ({ row }) => <TeamActions team={row.original} />,
});
