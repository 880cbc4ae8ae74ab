import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, unwrap } from '@/api/client';
import type { Grants } from '@/api/types';
import { holdsAt, holdsSomewhere, type Place } from './grants';
import { orSignedOut, sessionKeys } from './queries';

const NOTHING: Grants = { everywhere: [], projects: {}, hosts: {} };

/** What the signed-in person may do; null where nobody is. */
export function useGrants() {
  return useQuery({
    queryKey: sessionKeys.grants,
    queryFn: () => orSignedOut(async () => (await unwrap(api.GET('/api/v1/users/me'))).grants),
  });
}

export type May = (permission: string, place?: Place) => boolean;

/** Asks whether a permission holds at a place, or, without one, anywhere. */
export function useMay(): May {
  const grants = useGrants().data ?? NOTHING;
  return useCallback(
    (permission, place) =>
      place ? holdsAt(grants, permission, place) : holdsSomewhere(grants, permission),
    [grants],
  );
}

/** What a button shows that its user may not press. */
export interface Permit {
  disabled: boolean;
  title: string | undefined;
}

export function permitOf(isAllowed: boolean, permission: string): Permit {
  return {
    disabled: !isAllowed,
    title: isAllowed ? undefined : `None of your roles allows this here (${permission})`,
  };
}

/** For a button's properties: disabled, with the reason, where *permission* does not hold. */
export function usePermit(permission: string, place?: Place): Permit {
  return permitOf(useMay()(permission, place), permission);
}
