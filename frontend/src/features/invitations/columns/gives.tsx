import type { Invitation } from '@/api/types';
import { column } from './column';

function text({ role, project, team }: Invitation): string {
  const given = role && `${role} ${project ? `in ${project}` : 'on everything'}`;
  return [given, team && `team ${team}`].filter(Boolean).join(', ') || 'nothing yet';
}

export const gives = column.accessor(text, {
  id: 'gives',
  header: 'Gives',
  meta: { grows: true, hideBelow: 'sm' },
});
