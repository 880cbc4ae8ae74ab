import type { Registry, RegistryRequest } from '@/api/types';

export interface RegistryValues {
  name: string;
  host: string;
  username: string;
  password: string;
  insecure: boolean;
  ca: string;
}

const EMPTY: RegistryValues = {
  name: '',
  host: '',
  username: '',
  password: '',
  insecure: false,
  ca: '',
};

export function initialValues(registry: Registry | null): RegistryValues {
  if (registry === null) return EMPTY;
  const { name, host, username, insecure, ca } = registry;
  return { name, host, username, insecure, ca, password: '' };
}

/** An empty password is left out: the one that is kept stays. An empty name is the address. */
export function toRequest({ name, password, ...rest }: RegistryValues): RegistryRequest {
  return {
    ...rest,
    host: rest.host.trim(),
    ...(name.trim() && { name: name.trim() }),
    ...(password && { password }),
  };
}
