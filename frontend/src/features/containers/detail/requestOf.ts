import type { Container, ContainerRequest } from '@/api/types';

/** What to ask to get a container like *container*; its ports as they were bound. */
export function requestOf({ host, project, ports, spec }: Container): ContainerRequest {
  return { ...spec, host: host.id, project, start: true, ports };
}
