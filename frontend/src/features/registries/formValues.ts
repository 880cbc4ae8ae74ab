import type { Registry, RegistryRequest } from '@/api/types';

export interface RegistryValues {
  name: string;
  host: string;
  username: string;
  password: string;
  insecure: boolean;
  ca: string;
}

export function initialValues(registry: Registry | null): RegistryValues {
  return {
    name: registry?.name ?? '',
    host: registry?.host ?? '',
    username: registry?.username ?? '',
    password: '',
    insecure: registry?.insecure ?? false,
    ca: registry?.ca ?? '',
  };
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
