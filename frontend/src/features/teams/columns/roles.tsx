import { RoleNames } from '@/features/bindings/RoleNames';
import { column } from './column';

export const roles = column.display({
  id: 'roles',
  header: 'Roles',
  size: 260,
  meta: { hideBelow: 'md' },
  cell: ({ row: { original } }) => (
    <RoleNames side={{ kind: 'team', id: String(original.id), name: original.name }} />
  ),
});
