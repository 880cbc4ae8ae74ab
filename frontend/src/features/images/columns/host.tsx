import { column } from './column';

export const host = column.accessor((image) => image.host.name, {
  id: 'host',
  header: 'Host',
  size: 110,
  meta: { hideBelow: 'sm' },
});
