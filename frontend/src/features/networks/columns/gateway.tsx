import { Mono } from '@/ui/Mono';
import { column } from './column';

export const gateway = column.accessor('gateway', {
  header: 'Gateway',
  size: 130,
  meta: { hideBelow: 'sm' },
  cell: ({ getValue }) => <Mono>{getValue()}</Mono>,
});
