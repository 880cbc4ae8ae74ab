import { useQuery, type QueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';
import { patchList } from '@/api/patch';
import type { Change } from '@/api/socket';
import type { Network } from '@/api/types';

export const networkKeys = {
  all: ['networks'] as const,
  list: ['networks', 'list'] as const,
};

export function useNetworks() {
  return useQuery({
    queryKey: networkKeys.list,
    queryFn: () => allPages((query) => unwrap(api.GET('/api/v1/networks', { params: { query } }))),
  });
}

export function applyNetwork(client: QueryClient, change: Change): void {
  client.setQueryData<Network[]>(
    networkKeys.list,
    (list) => list && patchList(list, change, (network) => network.id === change.id),
  );
}
