import { formatAbsolute } from '@/lib/format';
import { column } from './column';

export const expires = column.accessor('expires_at', {
  id: 'expires',
  header: 'Ends',
  size: 220,
  meta: { hideBelow: 'md' },
  cell: ({ getValue }) => {
    const time = getValue();
    return time ? formatAbsolute(time) : 'never';
  },
});
