import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';

export const browserKeys = {
  all: ['sessions'] as const,
  of: (user: string) => ['sessions', user] as const,
};

/** The browsers in which *user* is signed in; oneself for an empty name. */
export function useSessions(user: string) {
  return useQuery({
    queryKey: browserKeys.of(user),
    queryFn: () =>
      allPages((page) =>
        unwrap(
          api.GET('/api/v1/sessions', { params: { query: { ...page, ...(user && { user }) } } }),
        ),
      ),
  });
}

export function useRevokeSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      unwrap(api.DELETE('/api/v1/sessions/{session_id}', { params: { path: { session_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: browserKeys.all }),
  });
}
