import { ContainerStatus } from '../ContainerStatus';
import { stateWords } from '../state';
import { column } from './column';

export const state = column.accessor(stateWords, {
  id: 'state',
  header: 'State',
  size: 160,
  cell: ({ row }) => <ContainerStatus container={row.original} />,
});
