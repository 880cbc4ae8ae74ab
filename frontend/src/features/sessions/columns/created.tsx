import { RelativeTime } from '@/ui/RelativeTime';
import { column } from './column';

export const created = column.accessor('created_at', {
  id: 'created',
  header: 'Created',
  size: 130,
  meta: { hideBelow: 'md' },
  cell: ({ getValue }) => <RelativeTime time={getValue()} />,
});
