import { expect, it } from 'vitest';
import type { Container } from '@/api/types';
import { toRequest } from './toRequest';
import { valuesOf } from './valuesOf';

const spec: Container['spec'] = {
  name: 'web',
  image: 'nginx:1.29',
  entrypoint: ['/bin/sh', '-c'],
  command: ['echo "hi"; sleep 1'],
  env: ['MODE=a=b', 'KEY=•••'],
  working_dir: '/srv',
  user: '1000:1000',
  hostname: 'front',
  labels: { team: 'shop' },
  tty: true,
  resources: { memory: 536_870_912, cpus: 0.5, cpu_shares: null, pids: null },
  network: 'none',
  ports: [{ container_port: 80, host_port: 0, host_address: '127.0.0.1', protocol: 'tcp' }],
  cap_add: ['NET_ADMIN'],
  cap_drop: ['ALL'],
  privileged: true,
  no_new_privileges: true,
  seccomp: 'unconfined',
  userns: 'host',
  readonly_rootfs: true,
  stop_signal: 'QUIT',
  stop_timeout: 3,
  log: { max_size: 1, max_files: 1 },
};
const container = { host: { id: 'h1', name: 'local' }, project: 'shop', spec } as Container;

it('asks for the same again, but for the name and the values that were masked', () => {
  expect(toRequest(valuesOf(container))).toEqual({
    ...spec,
    log: undefined,
    host: 'h1',
    project: 'shop',
    start: true,
    name: '',
    env: ['MODE=a=b', 'KEY='],
    resources: { memory: 536_870_912, cpus: 0.5 },
  });
});

it('writes a size that is no round number in bytes', () => {
  const odd = { ...spec, resources: { ...spec.resources, memory: 7_000_001 } };
  expect(valuesOf({ ...container, spec: odd }).memory).toBe('7000001');
});
