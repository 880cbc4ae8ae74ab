import { ObjectLink } from '../ObjectLink';
import { column } from './column';

export const what = column.accessor(({ verb, kind, object }) => `${verb} ${kind} ${object.name}`, {
  id: 'what',
  header: 'What',
  meta: { grows: true },
  cell: ({ row: { original } }) => <ObjectLink entry={original} />,
});
