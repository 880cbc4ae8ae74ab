import { RelativeTime } from '@/ui/RelativeTime';
import { column } from './column';

export const created = column.accessor('created_at', {
  id: 'created',
  header: 'Created',
  size: 110,
  meta: { hideBelow: 'lg' },
  cell: ({ getValue }) => <RelativeTime time={getValue()} />,
});
