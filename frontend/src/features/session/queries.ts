import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { isApiError } from '@/api/errors';
import type { User } from '@/api/types';

export const sessionKeys = {
  current: ['session'] as const,
  setup: ['setup'] as const,
};

/** Who is signed in, or null. */
export function useSession() {
  return useQuery({ queryKey: sessionKeys.current, queryFn: readSession, staleTime: Infinity });
}

async function readSession(): Promise<User | null> {
  try {
    return (await unwrap(api.GET('/api/v1/session'))).user;
  } catch (error) {
    if (isApiError(error) && (error.status === 401 || error.status === 403)) return null;
    throw error;
  }
}

/** Whether the platform still waits for its first administrator. */
export function useSetup() {
  return useQuery({
    queryKey: sessionKeys.setup,
    queryFn: () => unwrap(api.GET('/api/v1/setup')),
  });
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; password: string }) =>
      unwrap(api.POST('/api/v1/session', { body })),
    meta: { shownInPlace: true },
    onSuccess: ({ user }) => client.setQueryData(sessionKeys.current, user),
  });
}

export function useCompleteSetup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { token: string; username: string; password: string }) =>
      unwrap(api.POST('/api/v1/setup', { body })),
    meta: { shownInPlace: true },
    onSuccess: ({ user }) => {
      client.setQueryData(sessionKeys.current, user);
      client.setQueryData(sessionKeys.setup, { required: false });
    },
  });
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/session')),
    onSuccess: () => {
      // A fresh page: nothing that this user saw stays in memory.
      location.assign('/sign-in');
    },
  });
}
