import type { Container } from '@/api/types';
import { stateWords } from './state';

const FIELDS: Record<string, (container: Container) => string> = {
  state: stateWords,
  image: (container) => container.image,
  name: (container) => container.name,
  host: (container) => container.host.name,
  port: (container) =>
    container.ports.map((port) => `${port.host_port}:${port.container_port}`).join(' '),
  network: (container) => container.endpoints.map((endpoint) => endpoint.network).join(' '),
  label: (container) =>
    Object.entries(container.spec.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
};

function matches(container: Container, word: string): boolean {
  const [, isNot, field, wanted = ''] = /^(-?)(?:(\w+):)?(.*)$/.exec(word) ?? [];
  const read = field === undefined ? undefined : FIELDS[field];
  const text =
    field === undefined
      ? `${container.name} ${container.image} ${container.id} ${stateWords(container)}`
      : (read?.(container) ?? '');
  return text.toLowerCase().includes(wanted) !== (isNot === '-');
}

/** The containers that every word of *query* fits: `web`, `state:running`, `-image:nginx`. */
export function filterContainers(containers: Container[], query: string): Container[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return containers;
  return containers.filter((container) => words.every((word) => matches(container, word)));
}
