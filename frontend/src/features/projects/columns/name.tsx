import { column } from './column';

export const name = column.accessor('name', {
  header: 'Name',
  meta: { grows: true, hideBelow: 'sm' },
});
