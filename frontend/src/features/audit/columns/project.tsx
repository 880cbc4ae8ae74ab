import { column } from './column';

export const project = column.accessor('project', {
  header: 'Project',
  size: 110,
  meta: { hideBelow: 'md' },
  cell: ({ getValue }) => getValue() || '–',
});
