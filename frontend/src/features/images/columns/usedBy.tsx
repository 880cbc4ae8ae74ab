import { Text } from '@mantine/core';
import { column } from './column';

export const usedBy = column.accessor((image) => image.used_by.length, {
  id: 'used',
  header: 'Used by',
  size: 160,
  meta: { hideBelow: 'sm' },
  cell: ({ row }) => (
    <Text
      span
      size="sm"
      c={row.original.used_by.length ? 'inherit' : 'dimmed'}
      title={row.original.used_by.join(', ')}
    >
      {row.original.used_by.join(', ') || 'nothing'}
    </Text>
  ),
});
