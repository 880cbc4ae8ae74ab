import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { accepted, allPages, api, unwrap, withDefaults } from '@/api/client';
import { newer, patchList } from '@/api/patch';
import type { Change } from '@/api/socket';
import type { Container, ContainerRequest, Operation } from '@/api/types';
import { rememberOperation } from '@/features/operations/queries';

export const containerKeys = {
  all: ['containers'] as const,
  list: ['containers', 'list'] as const,
  detail: (id: string) => ['containers', 'detail', id] as const,
};

export function useContainers() {
  return useQuery({
    queryKey: containerKeys.list,
    queryFn: () =>
      allPages((query) => unwrap(api.GET('/api/v1/containers', { params: { query } }))),
  });
}

export function useContainer(id: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: containerKeys.detail(id),
    queryFn: () =>
      unwrap(
        api.GET('/api/v1/containers/{container_id}', { params: { path: { container_id: id } } }),
      ),
    placeholderData: () =>
      client.getQueryData<Container[]>(containerKeys.list)?.find((item) => item.id === id),
  });
}

/** Create and wait: the answer is the container, or the operation where it takes longer. */
export function useCreateContainer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ContainerRequest) =>
      unwrap(
        api.POST('/api/v1/containers', {
          body: withDefaults(body),
          params: { header: { Prefer: 'wait=30' } },
        }),
      ),
    meta: { shownInPlace: true },
    onSuccess: (answer) => {
      if ('subject' in answer) rememberOperation(client, answer);
    },
  });
}

export type Verb = 'start' | 'stop' | 'restart' | 'kill' | 'remove';

export function requestVerb(verb: Verb, id: string): Promise<Operation> {
  const params = { path: { container_id: id } };
  switch (verb) {
    case 'start':
      return accepted(api.POST('/api/v1/containers/{container_id}/start', { params }));
    case 'stop':
      return accepted(api.POST('/api/v1/containers/{container_id}/stop', { params }));
    case 'restart':
      return accepted(api.POST('/api/v1/containers/{container_id}/restart', { params }));
    case 'kill':
      return accepted(api.POST('/api/v1/containers/{container_id}/kill', { params }));
    case 'remove':
      return accepted(
        api.DELETE('/api/v1/containers/{container_id}', {
          params: { ...params, query: { force: true } },
        }),
      );
  }
}

/** Ask for *verb*; the operation's outcome comes as an event. */
export function useContainerVerb() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ verb, id }: { verb: Verb; id: string }) => requestVerb(verb, id),
    onSuccess: (operation) => {
      rememberOperation(client, operation);
    },
  });
}

export function applyContainer(client: QueryClient, change: Change): void {
  client.setQueryData<Container[]>(
    containerKeys.list,
    (list) => list && patchList(list, change, (container) => container.id === change.id),
  );
  const detail = containerKeys.detail(change.id);
  if (change.object === null) void client.invalidateQueries({ queryKey: detail });
  else
    client.setQueryData<Container>(detail, (current) => newer(current, change.object as Container));
}
