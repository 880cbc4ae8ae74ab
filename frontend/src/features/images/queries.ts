import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { accepted, allPages, api, unwrap, withDefaults } from '@/api/client';
import { patchList } from '@/api/patch';
import type { Change } from '@/api/socket';
import type { Image, PullRequest } from '@/api/types';
import { useContainers } from '@/features/containers/queries';
import { rememberOperation } from '@/features/operations/queries';
import { withUsers } from './users';

export const imageKeys = {
  all: ['images'] as const,
  list: ['images', 'list'] as const,
};

/** Every image of every host: one row for each host that has it. */
export function useImages() {
  const containers = useContainers().data;
  const select = useCallback(
    (images: Image[]) => (containers ? withUsers(images, containers) : images),
    [containers],
  );
  return useQuery({
    queryKey: imageKeys.list,
    select,
    queryFn: () => allPages((query) => unwrap(api.GET('/api/v1/images', { params: { query } }))),
  });
}

export function usePullImage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: PullRequest) =>
      accepted(api.POST('/api/v1/images/pull', { body: withDefaults(body) })),
    onSuccess: (operation) => {
      rememberOperation(client, operation);
    },
  });
}

export function useRemoveImage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, host, project }: Image) =>
      accepted(
        api.DELETE('/api/v1/images/{image_id}', {
          params: { path: { image_id: id }, query: { host: host.id, project } },
        }),
      ),
    onSuccess: (operation) => {
      rememberOperation(client, operation);
    },
  });
}

export function applyImage(client: QueryClient, change: Change): void {
  client.setQueryData<Image[]>(
    imageKeys.list,
    (list) =>
      list &&
      patchList(
        list,
        change,
        (image) =>
          image.id === change.id &&
          image.host.id === change.host &&
          image.project === change.project,
      ),
  );
}
