import type { Registry, RegistryRequest } from '@/api/types';

export interface RegistryValues {
  project: string;
  name: string;
  host: string;
  username: string;
  password: string;
  insecure: boolean;
  ca: string;
}

const EMPTY: RegistryValues = {
  project: '',
  name: '',
  host: '',
  username: '',
  password: '',
  insecure: false,
  ca: '',
};

export function initialValues(registry: Registry | null, project: string): RegistryValues {
  if (registry === null) return { ...EMPTY, project };
  const { name, host, username, insecure, ca } = registry;
  return { ...EMPTY, name, host, username, insecure, ca };
}

/** An empty password is left out: the one that is kept stays. An empty name is the address; a registry's project never changes. */
export function toRequest({ project, name, password, ...rest }: RegistryValues): RegistryRequest {
  return {
    ...rest,
    host: rest.host.trim(),
    ...(project && { project }),
    ...(name.trim() && { name: name.trim() }),
    ...(password && { password }),
  };
}
