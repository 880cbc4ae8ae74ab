import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';

export const userKeys = {
  list: ['users', 'list'] as const,
};

export function useUsers() {
  return useQuery({
    queryKey: userKeys.list,
    queryFn: () => allPages((query) => unwrap(api.GET('/api/v1/users', { params: { query } }))),
  });
}

/** Make a person, or, without a password, a robot. */
export function useCreateUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; password: string | null }) =>
      unwrap(api.POST('/api/v1/users', { body })),
    meta: { shownInPlace: true },
    onSuccess: () => client.invalidateQueries({ queryKey: userKeys.list }),
  });
}

export function useChangeUser(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { password?: string; is_active?: boolean }) =>
      unwrap(api.PATCH('/api/v1/users/{user_id}', { params: { path: { user_id: id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: userKeys.list }),
  });
}

export function useRemoveUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      unwrap(api.DELETE('/api/v1/users/{user_id}', { params: { path: { user_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: userKeys.list }),
  });
}
