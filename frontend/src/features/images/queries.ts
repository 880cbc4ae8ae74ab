import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { allPages, api, unwrap } from '@/api/client';
import { patchList } from '@/api/patch';
import type { Change } from '@/api/socket';
import type { Image, PullRequest } from '@/api/types';
import { rememberOperation } from '@/features/operations/queries';

export const imageKeys = {
  all: ['images'] as const,
  list: ['images', 'list'] as const,
};

/** Every image of every host: one row for each host that has it. */
export function useImages() {
  return useQuery({
    queryKey: imageKeys.list,
    queryFn: () =>
      allPages((page) => unwrap(api.GET('/api/v1/images', { params: { query: { page } } }))),
  });
}

export function usePullImage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: PullRequest) => unwrap(api.POST('/api/v1/images/pull', { body })),
    onSuccess: (operation) => {
      rememberOperation(client, operation);
    },
  });
}

export function useRemoveImage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, force }: { id: string; force: boolean }) =>
      unwrap(api.DELETE('/api/v1/images/{id}', { params: { path: { id }, query: { force } } })),
    onSuccess: (operation) => {
      rememberOperation(client, operation);
    },
  });
}

export function applyImage(client: QueryClient, change: Change): void {
  const incoming = change.object as Image | null;
  if (!incoming) {
    // The event says which image is gone, but not from which host.
    void client.invalidateQueries({ queryKey: imageKeys.all });
    return;
  }
  client.setQueryData<Image[]>(
    imageKeys.list,
    (list) =>
      list &&
      patchList(
        list,
        change,
        (image) => image.id === incoming.id && image.host.id === incoming.host.id,
      ),
  );
}
