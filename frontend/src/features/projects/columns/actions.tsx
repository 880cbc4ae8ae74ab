import { ProjectActions } from '../ProjectActions';
import { column } from './column';

export const actions = column.display({
  id: 'actions',
  size: 350,
  header: () => null,
  cell: ({ row }) => <ProjectActions project={row.original} />,
});
