import { formatBytes } from '@/lib/format';
import { column } from './column';

export const size = column.accessor('size', {
  header: 'Size',
  size: 100,
  cell: ({ getValue }) => formatBytes(getValue()),
});
