import { Ports } from '../Ports';
import { column } from './column';

export const ports = column.accessor((container) => container.ports[0]?.host_port ?? 0, {
  id: 'ports',
  header: 'Ports',
  size: 170,
  meta: { hideBelow: 'sm' },
  cell: ({ row }) => <Ports ports={row.original.ports} limit={2} />,
});
