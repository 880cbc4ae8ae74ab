import { formatAbsolute } from '@/lib/format';
import { column } from './column';

export const at = column.accessor('at', {
  header: 'When',
  size: 220,
  meta: { hideBelow: 'sm' },
  cell: ({ getValue }) => formatAbsolute(getValue()),
});
