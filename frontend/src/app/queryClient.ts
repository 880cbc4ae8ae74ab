import { QueryClient } from '@tanstack/react-query';
import { MutationCache } from '@tanstack/react-query';
import { ApiError, isApiError } from '@/api/errors';
import { sessionKeys } from '@/features/session/queries';
import { notify } from '@/ui/notify';

const RETRIES = 2;

/** Events keep the cache fresh, so that nothing is asked for again by itself. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < RETRIES && !(error instanceof ApiError && error.status < 500),
    },
  },
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (isApiError(error) && error.status === 401)
        void queryClient.invalidateQueries({ queryKey: sessionKeys.current });
      if (mutation.meta?.shownInPlace) return;
      void notify({ color: 'red', title: 'Not done', message: error.message });
    },
  }),
});

declare module '@tanstack/react-query' {
  interface Register {
    mutationMeta: {
      /** The form shows the error itself. */
      shownInPlace?: boolean;
    };
  }
}
