import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap, withDefaults } from '@/api/client';
import type { InvitationRequest } from '@/api/types';

export const invitationKeys = {
  list: ['invitations', 'list'] as const,
};

export function useInvitations() {
  return useQuery({
    queryKey: invitationKeys.list,
    queryFn: () =>
      allPages((query) => unwrap(api.GET('/api/v1/invitations', { params: { query } }))),
  });
}

export function useInvite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: InvitationRequest) =>
      unwrap(api.POST('/api/v1/invitations', { body: withDefaults(body) })),
    meta: { shownInPlace: true },
    onSuccess: () => client.invalidateQueries({ queryKey: invitationKeys.list }),
  });
}

export function useRemoveInvitation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      unwrap(
        api.DELETE('/api/v1/invitations/{invitation_id}', {
          params: { path: { invitation_id: id } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: invitationKeys.list }),
  });
}
