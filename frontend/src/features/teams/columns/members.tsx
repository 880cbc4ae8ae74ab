import { column } from './column';

export const members = column.accessor(
  (team) => team.members.map(({ username }) => username).join(', ') || 'nobody',
  { id: 'members', header: 'Members', meta: { grows: true, hideBelow: 'sm' } },
);
