import { column } from './column';

export const host = column.accessor((container) => container.host.name, {
  id: 'host',
  header: 'Host',
  size: 110,
  meta: { hideBelow: 'md' },
});
