import type { Container, ContainerRequest } from '@/api/types';

/** What to ask to get a container like *container*. */
export function requestOf({ host, ports, spec }: Container): ContainerRequest {
  const { name, image, command, env, labels, working_dir, user, hostname, tty, network } = spec;
  return {
    host: host.id,
    start: true,
    name,
    image,
    command,
    env,
    labels,
    working_dir,
    user,
    hostname,
    tty,
    network,
    resources: spec.resources,
    ports,
  };
}
