import type { Container } from '@/api/types';
import { permitOf, useMay, type Permit } from '@/features/session/permissions';
import type { Verb } from './queries';

const PERMISSION: Record<Verb, string> = {
  start: 'start:container',
  stop: 'stop:container',
  restart: 'restart:container',
  kill: 'kill:container',
  remove: 'delete:container',
};

/** Whether a verb may be used on all of *containers*. */
export function useVerbPermit(containers: Container[]): (verb: Verb) => Permit {
  const may = useMay();
  return (verb) => {
    const permission = PERMISSION[verb];
    const isAllowed = containers.every(({ project, host }) =>
      may(permission, { project, host: host.id }),
    );
    return permitOf(isAllowed, permission);
  };
}
