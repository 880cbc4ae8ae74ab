import { column } from './column';

export const driver = column.accessor('driver', {
  header: 'Driver',
  size: 100,
  meta: { hideBelow: 'sm' },
});
