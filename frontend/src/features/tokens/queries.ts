import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';
import type { TokenRequest } from '@/api/types';

export const tokenKeys = {
  all: ['tokens'] as const,
  of: (owner: string) => ['tokens', owner] as const,
};

/** The tokens of *owner*; one's own for an empty name. */
export function useTokens(owner: string) {
  return useQuery({
    queryKey: tokenKeys.of(owner),
    queryFn: () =>
      allPages((page) =>
        unwrap(
          api.GET('/api/v1/tokens', { params: { query: { ...page, ...(owner && { owner }) } } }),
        ),
      ),
  });
}

export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: TokenRequest) => unwrap(api.POST('/api/v1/tokens', { body })),
    meta: { shownInPlace: true },
    onSuccess: () => client.invalidateQueries({ queryKey: tokenKeys.all }),
  });
}

export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      unwrap(api.DELETE('/api/v1/tokens/{token_id}', { params: { path: { token_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: tokenKeys.all }),
  });
}
