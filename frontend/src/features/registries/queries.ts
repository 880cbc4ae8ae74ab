import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';
import type { RegistryRequest } from '@/api/types';

export const registryKeys = {
  list: ['registries', 'list'] as const,
};

export function useRegistries() {
  return useQuery({
    queryKey: registryKeys.list,
    queryFn: () =>
      allPages((page) => unwrap(api.GET('/api/v1/registries', { params: { query: { page } } }))),
  });
}

/** Add a registry, or change the one with *id*. */
export function useSaveRegistry(id: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: RegistryRequest) =>
      id === null
        ? unwrap(api.POST('/api/v1/registries', { body }))
        : unwrap(api.PATCH('/api/v1/registries/{id}', { params: { path: { id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: registryKeys.list }),
  });
}

export function useRemoveRegistry() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE('/api/v1/registries/{id}', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: registryKeys.list }),
  });
}

export function useTestRegistry() {
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.POST('/api/v1/registries/{id}/test', { params: { path: { id } } })),
  });
}
