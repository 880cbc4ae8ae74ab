import { column } from './column';

export const count = column.accessor(({ permissions }) => permissions.length, {
  id: 'permissions',
  header: 'Permissions',
  size: 120,
});
