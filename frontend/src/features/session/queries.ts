import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { isApiError } from '@/api/errors';
import type { User } from '@/api/types';

export const sessionKeys = {
  current: ['session', 'current'] as const,
  grants: ['session', 'grants'] as const,
  invitee: (token: string) => ['invitee', token] as const,
  setup: ['setup'] as const,
};

/** Who is signed in, or null. */
export function useSession() {
  return useQuery({ queryKey: sessionKeys.current, queryFn: readSession, staleTime: Infinity });
}

function readSession(): Promise<User | null> {
  return orSignedOut(async () => (await unwrap(api.GET('/api/v1/session'))).user);
}

/** The answer, or null where the platform says that nobody is signed in. */
export async function orSignedOut<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
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
    onSuccess: ({ user }) => {
      startSession(client, user);
    },
  });
}

export function useCompleteSetup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { token: string; username: string; password: string }) =>
      unwrap(api.POST('/api/v1/setup', { body })),
    meta: { shownInPlace: true },
    onSuccess: ({ user }) => {
      startSession(client, user);
      client.setQueryData(sessionKeys.setup, { required: false });
    },
  });
}

/** Whom an invitation is for; fails where its link is used up or too old. */
export function useInvitee(token: string) {
  return useQuery({
    queryKey: sessionKeys.invitee(token),
    queryFn: () => unwrap(api.GET('/api/v1/invitation', { params: { query: { token } } })),
    enabled: token !== '',
    retry: false,
  });
}

export function useAcceptInvitation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { token: string; password: string }) =>
      unwrap(api.POST('/api/v1/invitation', { body })),
    meta: { shownInPlace: true },
    onSuccess: ({ user }) => {
      startSession(client, user);
    },
  });
}

function startSession(client: QueryClient, user: User | null): void {
  client.removeQueries({ queryKey: sessionKeys.grants });
  client.setQueryData(sessionKeys.current, user);
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
