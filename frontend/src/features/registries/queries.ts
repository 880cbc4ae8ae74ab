import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap, withDefaults } from '@/api/client';
import type { RegistryRequest } from '@/api/types';
import { rememberOperation } from '@/features/operations/queries';

export const registryKeys = {
  list: ['registries', 'list'] as const,
};

export function useRegistries() {
  return useQuery({
    queryKey: registryKeys.list,
    queryFn: () =>
      allPages((query) => unwrap(api.GET('/api/v1/registries', { params: { query } }))),
  });
}

/** Add a registry, or change the one with *id*. */
export function useSaveRegistry(id: number | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: RegistryRequest) =>
      id === null
        ? unwrap(api.POST('/api/v1/registries', { body: withDefaults(body) }))
        : unwrap(
            api.PATCH('/api/v1/registries/{registry_id}', {
              params: { path: { registry_id: id } },
              body,
            }),
          ),
    meta: { shownInPlace: true },
    onSuccess: () => client.invalidateQueries({ queryKey: registryKeys.list }),
  });
}

export function useRemoveRegistry() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      unwrap(
        api.DELETE('/api/v1/registries/{registry_id}', { params: { path: { registry_id: id } } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: registryKeys.list }),
  });
}

/** Have a host ask a registry, and wait; the answer is the operation where that takes longer. */
export function useTestRegistry() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, host }: { id: number; host: string }) =>
      unwrap(
        api.POST('/api/v1/registries/{registry_id}/test', {
          params: { path: { registry_id: id }, header: { Prefer: 'wait=30' } },
          body: { host },
        }),
      ),
    onSuccess: (operation) => {
      if (operation) rememberOperation(client, operation);
    },
  });
}
