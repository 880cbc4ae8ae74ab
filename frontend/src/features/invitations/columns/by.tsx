import { column } from './column';

export const by = column.accessor('created_by', {
  id: 'by',
  header: 'From',
  size: 130,
  meta: { hideBelow: 'sm' },
});
