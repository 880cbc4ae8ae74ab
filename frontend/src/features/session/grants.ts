import type { Grants } from '@/api/types';

/** Where something lies: in a project and on a host, by id; neither for what lies nowhere. */
export interface Place {
  project?: string;
  host?: string;
}

function includes(held: string[] | undefined, permission: string): boolean {
  return held?.includes(permission) ?? false;
}

/** Whether *permission* (`verb:kind`) holds for what lies at *place*, as the platform judges it. */
export function holdsAt(grants: Grants, permission: string, { project, host }: Place): boolean {
  return (
    grants.everywhere.includes(permission) ||
    (project !== undefined && includes(grants.projects[project], permission)) ||
    (host !== undefined && includes(grants.hosts[host], permission))
  );
}

/** Whether *permission* holds anywhere at all. */
export function holdsSomewhere(grants: Grants, permission: string): boolean {
  return [
    grants.everywhere,
    ...Object.values(grants.projects),
    ...Object.values(grants.hosts),
  ].some((held) => held.includes(permission));
}
