import { shortId } from '@/lib/format';
import { Mono } from '@/ui/Mono';
import { column } from './column';

export const id = column.accessor('id', {
  header: 'Id',
  size: 130,
  meta: { hideBelow: 'lg' },
  cell: ({ getValue }) => <Mono>{shortId(getValue())}</Mono>,
});
