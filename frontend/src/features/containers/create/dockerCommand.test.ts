import { describe, expect, it } from 'vitest';
import { dockerCommand, restCall } from './dockerCommand';

const port = {
  container_port: 80,
  host_port: 8080,
  host_address: '0.0.0.0',
  protocol: 'tcp',
} as const;

describe('dockerCommand', () => {
  it('writes nothing that was not asked for', () => {
    const command = dockerCommand({ host: 'h1', name: 'web', image: 'nginx', network: 'bridge' });
    expect(command).toBe('docker run --detach \\\n  --name web \\\n  nginx');
  });

  it('writes every option, quoted for a shell', () => {
    const command = dockerCommand({
      host: 'h1',
      start: false,
      name: 'web',
      image: 'nginx:1.29',
      command: ['sh', '-c', 'echo hi; sleep 1'],
      env: ['MODE=a b'],
      labels: { team: 'shop' },
      tty: true,
      network: 'none',
      user: '1000',
      resources: { memory: 536_870_912, cpus: 0.5, pids: 64 },
      ports: [port],
    });
    expect(command.split(' \\\n  ')).toEqual([
      'docker create',
      '--name web',
      '--tty',
      '--publish 8080:80',
      "--env 'MODE=a b'",
      '--label team=shop',
      '--memory 536870912',
      '--cpus 0.5',
      '--pids-limit 64',
      '--network none',
      '--user 1000',
      "nginx:1.29 sh -c 'echo hi; sleep 1'",
    ]);
  });

  it('writes privileges, and the entry point as docker takes it', () => {
    const command = dockerCommand({
      host: 'h1',
      image: 'nginx',
      entrypoint: ['/bin/sh', '-c'],
      command: ['exec nginx'],
      readonly_rootfs: true,
      privileged: true,
      cap_add: ['NET_ADMIN'],
      cap_drop: ['ALL'],
      no_new_privileges: true,
      seccomp: 'unconfined',
      userns: 'host',
      stop_signal: 'QUIT',
      stop_timeout: 0,
    });
    expect(command.split(' \\\n  ')).toEqual([
      'docker run --detach',
      '--read-only',
      '--privileged',
      '--cap-add NET_ADMIN',
      '--cap-drop ALL',
      '--security-opt no-new-privileges',
      '--security-opt seccomp=unconfined',
      '--userns host',
      '--stop-signal QUIT',
      '--stop-timeout 0',
      '--entrypoint /bin/sh',
      "nginx -c 'exec nginx'",
    ]);
  });

  it.each([
    [{ ...port, host_port: 0 }, '80'],
    [{ ...port, host_address: '127.0.0.1' }, '127.0.0.1:8080:80'],
    [{ ...port, host_address: '127.0.0.1', host_port: 0 }, '127.0.0.1::80'],
    [{ ...port, protocol: 'udp' as const }, '8080:80/udp'],
  ])('publishes %j as %s', (binding, text) => {
    const command = dockerCommand({ host: 'h1', name: 'w', image: 'i', ports: [binding] });
    expect(command).toContain(`--publish ${text} \\`);
  });
});

it('writes a REST call whose body survives the quoting', () => {
  const call = restCall({ host: 'h1', name: "it's", image: 'i' }, 'http://berth:8000');
  expect(call).toContain('curl http://berth:8000/api/v1/containers');
  expect(call).toContain(`"name": "it'\\''s"`);
});
