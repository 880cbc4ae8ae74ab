import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';

export const teamKeys = {
  list: ['teams', 'list'] as const,
};

export function useTeams() {
  return useQuery({
    queryKey: teamKeys.list,
    queryFn: () => allPages((query) => unwrap(api.GET('/api/v1/teams', { params: { query } }))),
  });
}

export function useCreateTeam() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; description: string }) =>
      unwrap(api.POST('/api/v1/teams', { body })),
    meta: { shownInPlace: true },
    onSuccess: () => client.invalidateQueries({ queryKey: teamKeys.list }),
  });
}

/** Take someone into a team, or out of it. */
export function useChangeMember(team: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ username, isMember }: { username: string; isMember: boolean }) => {
      const params = { path: { name: team, username } };
      if (isMember) await unwrap(api.PUT('/api/v1/teams/{name}/members/{username}', { params }));
      else await unwrap(api.DELETE('/api/v1/teams/{name}/members/{username}', { params }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: teamKeys.list }),
  });
}

export function useRemoveTeam() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      unwrap(api.DELETE('/api/v1/teams/{name}', { params: { path: { name } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: teamKeys.list }),
  });
}
