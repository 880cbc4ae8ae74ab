import { useHosts } from '@/features/hosts/queries';
import { useProjects } from '@/features/projects/queries';
import { useTeams } from '@/features/teams/queries';
import { useUsers } from '@/features/users/queries';
import type { Side } from './side';

interface Choice {
  value: string;
  label: string;
}

/** What a role can be given on, from a subject's side; or to whom, from a project's. */
export function useOthers(side: Side): Choice[] {
  const scopes = useScopes();
  const subjects = useSubjects();
  return side.kind === 'project' ? subjects : scopes;
}

function useScopes(): Choice[] {
  const projects = useProjects().data ?? [];
  const hosts = useHosts().data ?? [];
  return [
    { value: '', label: 'everything' },
    ...projects.map(({ id, name }) => ({ value: `project:${id}`, label: `project ${name}` })),
    ...hosts.map(({ name }) => ({ value: `host:${name}`, label: `host ${name}` })),
  ];
}

function useSubjects(): Choice[] {
  const users = useUsers().data ?? [];
  const teams = useTeams().data ?? [];
  return [
    ...users.map(({ username }) => ({ value: `user:${username}`, label: `user ${username}` })),
    ...teams.map(({ name }) => ({ value: `team:${name}`, label: `team ${name}` })),
  ];
}
