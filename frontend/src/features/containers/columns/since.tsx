import { RelativeTime } from '@/ui/RelativeTime';
import { isRunning } from '../state';
import { column } from './column';

/** When it entered its present state: running for so long, or ended so long ago. */
export const since = column.accessor(
  (container) =>
    (isRunning(container) ? container.started_at : container.finished_at) ?? container.created_at,
  {
    id: 'since',
    header: 'Since',
    size: 110,
    meta: { hideBelow: 'md' },
    cell: ({ row, getValue }) => (
      <RelativeTime time={getValue()} suffix={isRunning(row.original) ? '' : ' ago'} />
    ),
  },
);
