import { Mono } from '@/ui/Mono';
import { column } from './column';

export const origin = column.accessor('origin', {
  header: 'Address',
  size: 160,
  meta: { hideBelow: 'sm' },
  cell: ({ getValue }) => <Mono>{getValue()}</Mono>,
});
