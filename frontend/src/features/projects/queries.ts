import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';
import type { Policy } from '@/api/types';

export const projectKeys = {
  all: ['projects'] as const,
  list: ['projects', 'list'] as const,
  policy: (id: string) => ['projects', 'policy', id] as const,
};

export function useProjects() {
  return useQuery({
    queryKey: projectKeys.list,
    queryFn: () => allPages((query) => unwrap(api.GET('/api/v1/projects', { params: { query } }))),
  });
}

export function useCreateProject() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { id: string; name?: string }) =>
      unwrap(api.POST('/api/v1/projects', { body })),
    meta: { shownInPlace: true },
    onSuccess: () => client.invalidateQueries({ queryKey: projectKeys.list }),
  });
}

export function useRenameProject(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      unwrap(
        api.PATCH('/api/v1/projects/{project}', {
          params: { path: { project: id } },
          body: { name },
        }),
      ),
    meta: { shownInPlace: true },
    onSuccess: () => client.invalidateQueries({ queryKey: projectKeys.list }),
  });
}

export function useRemoveProject() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE('/api/v1/projects/{project}', { params: { path: { project: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: projectKeys.list }),
  });
}

export function usePolicy(id: string) {
  return useQuery({
    queryKey: projectKeys.policy(id),
    queryFn: () =>
      unwrap(api.GET('/api/v1/projects/{project}/policy', { params: { path: { project: id } } })),
  });
}

export function useSavePolicy(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Policy) =>
      unwrap(
        api.PUT('/api/v1/projects/{project}/policy', {
          params: { path: { project: id } },
          body,
        }),
      ),
    meta: { shownInPlace: true },
    onSuccess: (policy) => client.setQueryData(projectKeys.policy(id), policy),
  });
}
