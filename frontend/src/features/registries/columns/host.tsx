import { Mono } from '@/ui/Mono';
import { column } from './column';

export const host = column.accessor('host', {
  header: 'Address',
  size: 240,
  meta: { hideBelow: 'sm' },
  cell: ({ getValue }) => <Mono>{getValue()}</Mono>,
});
