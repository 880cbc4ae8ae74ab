import { Mono } from '@/ui/Mono';
import { column } from './column';

export const prefix = column.accessor('prefix', {
  header: 'Starts with',
  size: 160,
  meta: { hideBelow: 'sm' },
  cell: ({ getValue }) => <Mono>{`${getValue()}…`}</Mono>,
});
