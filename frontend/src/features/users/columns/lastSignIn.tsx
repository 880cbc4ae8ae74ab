import { RelativeTime } from '@/ui/RelativeTime';
import { column } from './column';

export const lastSignIn = column.accessor('last_login', {
  id: 'seen',
  header: 'Signed in',
  size: 130,
  meta: { hideBelow: 'md' },
  cell: ({ getValue }) => (getValue() ? <RelativeTime time={getValue()} /> : 'never'),
});
