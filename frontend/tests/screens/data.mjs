// What the fake platform has: a few of everything, with each state once.
import { access } from './access.mjs';

const minutes = (count) => new Date(Date.now() - count * 60_000).toISOString();
const hex = (seed) => seed.toString(16).padStart(4, '0').repeat(16);

const h1 = { id: '0b8e1c1e-0000-4000-8000-000000000001', name: 'local' };
const h2 = { id: '0b8e1c1e-0000-4000-8000-000000000002', name: 'h2' };

function spec(name, image, more = {}) {
  return {
    name,
    image,
    entrypoint: null,
    command: null,
    env: [],
    working_dir: '',
    user: '',
    hostname: '',
    labels: {},
    tty: false,
    resources: { memory: null, cpus: null, cpu_shares: null, pids: null },
    network: 'bridge',
    ports: [],
    cap_add: [],
    cap_drop: [],
    privileged: false,
    no_new_privileges: false,
    seccomp: 'default',
    userns: 'auto',
    readonly_rootfs: false,
    stop_signal: '',
    stop_timeout: 10,
    log: { max_size: 10485760, max_files: 3 },
    ...more,
  };
}

function container(seed, name, image, state, more = {}) {
  const isUp = state === 'running' || state === 'paused';
  const made = seed * 37 + 3;
  return {
    id: hex(seed),
    name,
    image,
    image_id: `sha256:${hex(500)}`,
    host: seed % 3 === 0 ? h2 : h1,
    project: 'default',
    state,
    exit_code: state === 'exited' ? 0 : null,
    oom_killed: false,
    error: '',
    created_at: minutes(made),
    started_at: state === 'created' ? null : minutes(made - 1),
    finished_at: state === 'exited' ? minutes(made - 2) : null,
    ports: [],
    endpoints: isUp
      ? [
          {
            network: 'bridge',
            address: `10.83.0.${seed + 2}`,
            gateway: '10.83.0.1',
            mac: '02:42:0a:53:00:02',
          },
        ]
      : [],
    spec: spec(name, image, more.spec),
    version: seed,
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== 'spec')),
  };
}

const port = (host_port, container_port) => ({
  host_port,
  container_port,
  host_address: '0.0.0.0',
  protocol: 'tcp',
});

export function makeData(count = 0) {
  const containers = [
    container(1, 'web', 'docker.io/library/nginx:1.29', 'running', {
      ports: [port(8080, 80), port(8443, 443), port(9000, 9000)],
      spec: {
        env: ['MODE=production', 'LANG=C.UTF-8'],
        labels: { team: 'shop', tier: 'front' },
        resources: { memory: 536870912, cpus: 1.5, cpu_shares: null, pids: 200 },
      },
    }),
    container(2, 'api', 'registry.local:5000/shop/api:4f1c', 'running', {
      ports: [port(3000, 3000)],
    }),
    container(3, 'db-1', 'docker.io/library/postgres:17', 'exited', {
      exit_code: 137,
      oom_killed: true,
      spec: { resources: { memory: 536870912, cpus: null, cpu_shares: null, pids: null } },
    }),
    container(4, 'job-91', '127.0.0.1:5000/busybox:latest', 'exited', { exit_code: 1 }),
    container(5, 'migrate', 'registry.local:5000/shop/api:4f1c', 'exited'),
    container(6, 'queue', 'docker.io/valkey/valkey:9', 'paused'),
    container(7, 'typo', '127.0.0.1:5000/busybox:latest', 'created', {
      error: "'slep': no such program in the image (exit code 127)",
    }),
    ...Array.from({ length: count }, (_, at) =>
      container(at + 20, `worker-${at}`, 'registry.local:5000/shop/worker:2.1', 'running'),
    ),
  ];
  const layer = (seed, size) => ({
    digest: `sha256:${hex(seed)}`,
    diff_id: `sha256:${hex(seed + 1)}`,
    chain_id: `sha256:${hex(seed + 2)}`,
    size: Math.round(size / 2.4),
    unpacked_size: size,
  });
  const config = {
    entrypoint: ['/docker-entrypoint.sh'],
    command: ['nginx', '-g', 'daemon off;'],
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', 'NGINX_VERSION=1.29.3'],
    working_dir: '',
    user: '',
    labels: { maintainer: 'NGINX Docker Maintainers' },
    exposed_ports: ['80/tcp'],
    stop_signal: 'SIGQUIT',
    volumes: [],
  };
  const image = (seed, tags, sizes, host) => ({
    id: `sha256:${hex(seed)}`,
    host,
    project: 'default',
    tags,
    digests: tags.length ? [`${tags[0].replace(/:[^:]*$/, '')}@sha256:${hex(seed + 9)}`] : [],
    size: sizes.reduce((a, b) => a + b, 0),
    created: minutes(60 * 24 * (seed % 50)),
    architecture: 'amd64',
    os: 'linux',
    layers: sizes.map((size, at) => layer(seed + at * 3 + 20, size)),
    config,
    used_by: [],
    version: seed,
  });
  const images = [
    image(
      500,
      ['docker.io/library/nginx:1.29', 'docker.io/library/nginx:latest'],
      [78_000_000, 112_000_000, 4_300, 6_100, 900_000],
      h1,
    ),
    image(510, ['127.0.0.1:5000/busybox:latest'], [4_400_000], h1),
    image(520, ['registry.local:5000/shop/api:4f1c'], [78_000_000, 41_000_000, 220_000_000], h2),
    image(530, [], [78_000_000], h1),
  ];
  const operation = (id, kind, name, state, more = {}) => ({
    id,
    kind,
    subject: { kind: kind.split('.')[0].slice(0, -1), id: hex(id.length), name },
    host: h1,
    project: 'default',
    state,
    progress: null,
    result: null,
    error: null,
    cancel_requested_at: null,
    created_at: minutes(4),
    started_at: minutes(4),
    finished_at: state === 'running' ? null : minutes(3),
    actor: 'admin',
    ...more,
  });
  const progress = (phase, current, total, seed) => ({
    digest: `sha256:${hex(seed)}`,
    phase,
    current,
    total,
  });
  const operations = [
    operation('op-pull', 'images.pull', 'docker.io/library/postgres:17', 'running', {
      progress: {
        layers: [
          progress('exists', 0, 28_000_000, 1),
          progress('done', 4_300_000, 4_300_000, 2),
          progress('extracting', 61_000_000, 88_000_000, 3),
          progress('downloading', 12_000_000, 40_000_000, 4),
          progress('waiting', 0, 9_000_000, 5),
        ],
      },
    }),
    operation('op-create', 'containers.create', 'job-92', 'failed', {
      error: { code: 'port_in_use', message: 'tcp port 0.0.0.0:8080 is held by web', detail: {} },
    }),
    operation('op-restart', 'containers.restart', 'web', 'succeeded'),
    operation('op-stop', 'containers.stop', 'migrate', 'cancelled'),
  ];
  const host = (reference, state) => ({
    ...reference,
    state,
    seen_at: minutes(state === 'online' ? 0 : 12),
    joined_at: minutes(5000),
    engine_version: '0.1.0',
    kernel: '6.1.0-38-amd64',
    operating_system: 'Debian GNU/Linux 12',
    architecture: 'x86_64',
    cpus: 8,
    memory: 25_000_000_000,
    features: {
      version: '1',
      overlay: 'attached',
      user_namespaces: 'available',
      refusals: "{'detached': 'fsconfig: Invalid argument'}",
    },
    workers: { agent: state === 'online', quick: state === 'online', build: state === 'online' },
  });
  return {
    containers,
    images,
    operations,
    hosts: [host(h1, 'online'), host(h2, 'offline')],
    networks: [
      {
        id: hex(70),
        name: 'bridge',
        host: h1,
        project: 'default',
        driver: 'bridge',
        subnet: '10.83.0.0/24',
        gateway: '10.83.0.1',
        created_at: minutes(900),
        version: 1,
      },
    ],
    registries: [
      {
        id: 1,
        project: 'default',
        name: 'shop',
        host: 'registry.local:5000',
        username: 'ci',
        has_password: true,
        insecure: true,
        ca: '',
        created_at: minutes(900),
        updated_at: minutes(900),
      },
    ],
    ...access,
  };
}

export const EMPTY = {
  containers: [],
  images: [],
  operations: [],
  hosts: makeData().hosts.slice(0, 1),
  networks: [],
  registries: [],
  ...access,
  tokens: [],
};
