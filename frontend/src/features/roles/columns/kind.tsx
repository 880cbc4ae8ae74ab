import { column } from './column';

export const kind = column.accessor(({ built_in }) => (built_in ? 'built in' : 'own'), {
  id: 'kind',
  header: 'Kind',
  size: 90,
  meta: { hideBelow: 'sm' },
});
