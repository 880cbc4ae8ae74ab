import type { Token } from '@/api/types';
import { column } from './column';

function scopeOf({ permissions, projects }: Token): string {
  const what =
    permissions === null ? 'all that its owner may' : `${permissions.length} permissions`;
  return projects === null ? what : `${what} in ${projects.join(', ') || 'no project'}`;
}

export const may = column.accessor(scopeOf, {
  id: 'may',
  header: 'May do',
  meta: { grows: true, hideBelow: 'sm' },
  cell: ({ getValue, row }) => (
    <span title={row.original.permissions?.join('\n')}>{getValue()}</span>
  ),
});
