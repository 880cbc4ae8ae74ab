import { RegistryActions } from '../RegistryActions';
import { column } from './column';

export const actions = column.display({
  id: 'actions',
  size: 150,
  header: () => null,
  cell: ({ row }) => <RegistryActions registry={row.original} />,
});
