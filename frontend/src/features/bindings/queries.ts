import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';
import type { BindingRequest } from '@/api/types';

export const bindingKeys = {
  list: ['bindings', 'list'] as const,
};

/** Who has which role where, as far as one may see it. */
export function useBindings() {
  return useQuery({
    queryKey: bindingKeys.list,
    queryFn: () => allPages((query) => unwrap(api.GET('/api/v1/bindings', { params: { query } }))),
  });
}

export function useGiveRole() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BindingRequest) => unwrap(api.POST('/api/v1/bindings', { body })),
    meta: { shownInPlace: true },
    onSuccess: () => client.invalidateQueries({ queryKey: bindingKeys.list }),
  });
}

export function useTakeRole() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      unwrap(api.DELETE('/api/v1/bindings/{binding_id}', { params: { path: { binding_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: bindingKeys.list }),
  });
}
