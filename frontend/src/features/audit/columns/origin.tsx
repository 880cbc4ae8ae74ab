import { Mono } from '@/ui/Mono';
import { column } from './column';

export const origin = column.accessor('origin', {
  header: 'From',
  size: 140,
  meta: { hideBelow: 'md' },
  cell: ({ getValue }) => <Mono>{getValue() || '–'}</Mono>,
});
