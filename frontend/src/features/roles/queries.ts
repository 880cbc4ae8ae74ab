import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';

export const roleKeys = {
  list: ['roles', 'list'] as const,
  permissions: ['permissions'] as const,
};

export function useRoles() {
  return useQuery({
    queryKey: roleKeys.list,
    queryFn: () => allPages((query) => unwrap(api.GET('/api/v1/roles', { params: { query } }))),
  });
}

/** Every permission that a role can hold. */
export function usePermissions() {
  return useQuery({
    queryKey: roleKeys.permissions,
    queryFn: () => unwrap(api.GET('/api/v1/permissions')),
  });
}

interface RoleBody {
  name: string;
  description: string;
  permissions: string[];
}

/** Make a role, or change the one that has this name. */
export function useSaveRole(isNew: boolean) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, ...change }: RoleBody) =>
      isNew
        ? unwrap(api.POST('/api/v1/roles', { body: { name, ...change } }))
        : unwrap(api.PATCH('/api/v1/roles/{name}', { params: { path: { name } }, body: change })),
    meta: { shownInPlace: true },
    onSuccess: () => client.invalidateQueries({ queryKey: roleKeys.list }),
  });
}

export function useRemoveRole() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      unwrap(api.DELETE('/api/v1/roles/{name}', { params: { path: { name } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: roleKeys.list }),
  });
}
