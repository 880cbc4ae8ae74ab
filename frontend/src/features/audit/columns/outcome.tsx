import { OutcomeWord } from '../OutcomeWord';
import { column } from './column';

export const outcome = column.accessor('outcome', {
  header: 'Outcome',
  size: 100,
  cell: ({ getValue }) => <OutcomeWord outcome={getValue()} />,
});
