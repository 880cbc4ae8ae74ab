import type { TokenRequest } from '@/api/types';
import { expiryOf } from './expiry';

interface TokenValues {
  name: string;
  days: string;
  /** Empty for wherever its owner may. */
  projects: string[];
  isLimited: boolean;
  permissions: string[];
}

export const NEW_TOKEN: TokenValues = {
  name: '',
  days: '90',
  projects: [],
  isLimited: false,
  permissions: [],
};

/** The request for a token of *owner* (empty for oneself), made at *now*. */
export function tokenRequest(values: TokenValues, owner: string, now: number): TokenRequest {
  return {
    name: values.name,
    owner: owner || null,
    expires_at: expiryOf(values.days, now),
    projects: values.projects.length > 0 ? values.projects : null,
    permissions: values.isLimited ? values.permissions : null,
  };
}
