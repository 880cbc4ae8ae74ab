import { useQuery, type QueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';
import { patchList } from '@/api/patch';
import type { Change } from '@/api/socket';
import type { Host } from '@/api/types';

export const hostKeys = {
  all: ['hosts'] as const,
  list: ['hosts', 'list'] as const,
};

export function useHosts() {
  return useQuery({
    queryKey: hostKeys.list,
    queryFn: () =>
      allPages((page) => unwrap(api.GET('/api/v1/hosts', { params: { query: { page } } }))),
  });
}

export function applyHost(client: QueryClient, change: Change): void {
  client.setQueryData<Host[]>(
    hostKeys.list,
    (list) => list && patchList(list, change, (host) => host.id === change.id),
  );
}
