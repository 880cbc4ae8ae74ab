import { RelativeTime } from '@/ui/RelativeTime';
import { column } from './column';

export const lastUsed = column.accessor('last_used_at', {
  id: 'used',
  header: 'Last used',
  size: 120,
  meta: { hideBelow: 'sm' },
  cell: ({ getValue }) => <RelativeTime time={getValue()} />,
});
