import { useQuery, type QueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';
import type { Change } from '@/api/socket';
import type { Host } from '@/api/types';

export const hostKeys = {
  all: ['hosts'] as const,
  list: ['hosts', 'list'] as const,
};

export function useHosts() {
  return useQuery({
    queryKey: hostKeys.list,
    queryFn: () => allPages((query) => unwrap(api.GET('/api/v1/hosts', { params: { query } }))),
  });
}

export function applyHost(client: QueryClient, change: Change): void {
  const told = change.object as Partial<Host> | null;
  client.setQueryData<Host[]>(hostKeys.list, (list) =>
    list?.map((host) => (host.id === change.id ? { ...host, ...told } : host)),
  );
  // The event has only name and state; features and capacity may be new too.
  void client.invalidateQueries({ queryKey: hostKeys.list });
}
