import { RelativeTime } from '@/ui/RelativeTime';
import { column } from './column';

export const lastUsed = column.accessor('last_used_at', {
  id: 'used',
  header: 'Last used',
  size: 120,
  cell: ({ getValue }) => (getValue() ? <RelativeTime time={getValue()} /> : 'never'),
});
