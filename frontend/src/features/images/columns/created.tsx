import { RelativeTime } from '@/ui/RelativeTime';
import { column } from './column';

export const created = column.accessor('created', {
  header: 'Built',
  size: 110,
  meta: { hideBelow: 'md' },
  cell: ({ getValue }) => <RelativeTime time={getValue()} />,
});
