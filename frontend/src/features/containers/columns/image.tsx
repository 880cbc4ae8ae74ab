import { Mono } from '@/ui/Mono';
import { column } from './column';

export const image = column.accessor('image', {
  header: 'Image',
  size: 260,
  meta: { hideBelow: 'sm' },
  cell: ({ getValue }) => (
    <span title={getValue()}>
      <Mono>{getValue()}</Mono>
    </span>
  ),
});
