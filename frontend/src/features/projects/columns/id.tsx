import { Mono } from '@/ui/Mono';
import { column } from './column';

export const id = column.accessor('id', {
  header: 'Id',
  size: 160,
  cell: ({ getValue }) => <Mono>{getValue()}</Mono>,
});
