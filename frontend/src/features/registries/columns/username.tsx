import { column } from './column';

export const username = column.accessor('username', {
  header: 'User',
  size: 140,
  meta: { hideBelow: 'md' },
  cell: ({ getValue }) => getValue() || 'nobody',
});
