import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { patchList } from '@/api/patch';
import type { Change } from '@/api/socket';
import type { Operation } from '@/api/types';

export const operationKeys = {
  all: ['operations'] as const,
  recent: ['operations', 'recent'] as const,
  ofSubject: (subject: string) => ['operations', 'subject', subject] as const,
};

/** The newest page of operations; the tray, the overview and every busy button read it. */
export function useRecentOperations() {
  return useQuery({
    queryKey: operationKeys.recent,
    queryFn: async () => (await unwrap(api.GET('/api/v1/operations'))).results,
  });
}

export function useOperationsOf(subject: string) {
  return useQuery({
    queryKey: operationKeys.ofSubject(subject),
    queryFn: async () =>
      (await unwrap(api.GET('/api/v1/operations', { params: { query: { subject } } }))).results,
  });
}

export function useOperation(id: string | null): Operation | undefined {
  return useRecentOperations().data?.find((operation) => operation.id === id);
}

export function isOpen(operation: Operation): boolean {
  return operation.state === 'queued' || operation.state === 'running';
}

/** The open operation on an object, which keeps its buttons busy. */
export function useOpenOperation(subject: string): Operation | undefined {
  return useRecentOperations().data?.find(
    (operation) => operation.subject.id === subject && isOpen(operation),
  );
}

export function useCancelOperation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(
        api.POST('/api/v1/operations/{operation_id}/cancel', {
          params: { path: { operation_id: id } },
        }),
      ),
    onSuccess: (operation) => {
      rememberOperation(client, operation);
    },
  });
}

/** Keep an operation that the platform just accepted, unless an event already said more. */
export function rememberOperation(client: QueryClient, operation: Operation): void {
  applyOperation(client, {
    kind: 'operation',
    id: operation.id,
    action: 'accepted',
    version: 0,
    host: operation.host.id,
    project: operation.project,
    object: operation,
  });
}

const STAGE: Record<Operation['state'], number> = {
  queued: 0,
  running: 1,
  succeeded: 2,
  failed: 2,
  cancelled: 2,
  lost: 2,
};

export function applyOperation(client: QueryClient, change: Change): void {
  const incoming = change.object as Operation | null;
  if (!incoming) return;
  const patch = (list: Operation[] | undefined) => {
    const current = list?.find((operation) => operation.id === incoming.id);
    if (current && STAGE[current.state] > STAGE[incoming.state]) return list;
    return list && patchList(list, change, (operation) => operation.id === incoming.id);
  };
  client.setQueryData<Operation[]>(operationKeys.recent, patch);
  client.setQueryData<Operation[]>(operationKeys.ofSubject(incoming.subject.id), patch);
}
