import { Mono } from '@/ui/Mono';
import { column } from './column';

export const subnet = column.accessor('subnet', {
  header: 'Subnet',
  size: 150,
  cell: ({ getValue }) => <Mono>{getValue()}</Mono>,
});
