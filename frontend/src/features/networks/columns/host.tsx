import { column } from './column';

export const host = column.accessor((network) => network.host.name, {
  id: 'host',
  header: 'Host',
  size: 110,
  meta: { hideBelow: 'md' },
});
