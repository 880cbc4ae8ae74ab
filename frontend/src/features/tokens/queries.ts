import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';

export const tokenKeys = {
  list: ['tokens', 'list'] as const,
};

export function useTokens() {
  return useQuery({
    queryKey: tokenKeys.list,
    queryFn: () => allPages((query) => unwrap(api.GET('/api/v1/tokens', { params: { query } }))),
  });
}

export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; expires_at: string | null }) =>
      unwrap(api.POST('/api/v1/tokens', { body })),
    meta: { shownInPlace: true },
    onSuccess: () => client.invalidateQueries({ queryKey: tokenKeys.list }),
  });
}

export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      unwrap(api.DELETE('/api/v1/tokens/{token_id}', { params: { path: { token_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: tokenKeys.list }),
  });
}
