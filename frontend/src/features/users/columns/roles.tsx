import { RoleNames } from '@/features/bindings/RoleNames';
import { column } from './column';

export const roles = column.display({
  id: 'roles',
  header: 'Roles',
  meta: { grows: true, hideBelow: 'sm' },
  cell: ({ row: { original } }) => (
    <RoleNames side={{ kind: 'user', id: String(original.id), name: original.username }} />
  ),
});
