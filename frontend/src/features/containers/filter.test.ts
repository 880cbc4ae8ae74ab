import { describe, expect, it } from 'vitest';
import type { Container } from '@/api/types';
import { filterContainers } from './filter';

function container(name: string, more: Partial<Container>): Container {
  const base = { id: name, name, image: 'nginx:1', state: 'running', exit_code: null, ports: [] };
  const rest = { oom_killed: false, error: '', endpoints: [], spec: { labels: { team: 'shop' } } };
  return { ...base, ...rest, host: { id: '1', name: 'h1' }, ...more } as unknown as Container;
}

const all = [
  container('web', {
    ports: [{ host_port: 8080, container_port: 80, host_address: '', protocol: 'tcp' }],
  }),
  container('db', { image: 'postgres:17', state: 'exited', exit_code: 137, oom_killed: true }),
  container('job', { host: { id: '2', name: 'h2' } }),
];

describe('filterContainers', () => {
  it.each([
    ['', ['web', 'db', 'job']],
    ['WE', ['web']],
    ['state:exited', ['db']],
    ['state:oom', ['db']],
    ['-state:exited', ['web', 'job']],
    ['image:nginx host:h2', ['job']],
    ['port:8080', ['web']],
    ['label:team=shop -postgres', ['web', 'job']],
    ['nothing:here', []],
  ])('%j finds %j', (query, names) => {
    expect(filterContainers(all, query).map((each) => each.name)).toEqual(names);
  });
});
