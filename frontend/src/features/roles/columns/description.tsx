import { column } from './column';

export const description = column.accessor('description', {
  header: 'What it is for',
  meta: { grows: true, hideBelow: 'sm' },
});
