import { column } from './column';

export const actor = column.accessor('actor', {
  header: 'Who',
  size: 100,
  cell: ({ row: { original } }) => (
    <span title={original.token === null ? undefined : `by token ${original.token}`}>
      {original.actor || 'nobody'}
    </span>
  ),
});
