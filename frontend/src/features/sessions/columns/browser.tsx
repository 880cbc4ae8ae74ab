import { browserName } from '../browserName';
import { column } from './column';

export const browser = column.accessor(({ agent }) => browserName(agent), {
  id: 'browser',
  header: 'Browser',
  meta: { grows: true },
  cell: ({ getValue, row }) => (
    <span title={row.original.agent}>
      {getValue()}
      {row.original.is_current && ' (this one)'}
    </span>
  ),
});
