// Who may do what in the fake platform.
const minutes = (count) => new Date(Date.now() - count * 60_000).toISOString();

const GRANTABLE = {
  project: ['view', 'create', 'update', 'delete'],
  policy: ['view', 'update'],
  container: [
    'view',
    'create',
    'update',
    'delete',
    'start',
    'stop',
    'kill',
    'restart',
    'logs',
    'exec',
    'attach',
    'host_options',
  ],
  secret: ['view'],
  image: ['view', 'pull', 'delete'],
  network: ['view', 'create', 'delete'],
  registry: ['view', 'create', 'update', 'delete', 'test'],
  operation: ['view', 'cancel'],
  host: ['view', 'create', 'update', 'delete'],
  user: ['view', 'create', 'update', 'delete'],
  team: ['view', 'create', 'update', 'delete'],
  role: ['view', 'create', 'update', 'delete'],
  binding: ['view', 'create', 'delete'],
  token: ['view', 'create', 'delete'],
  session: ['view', 'delete'],
  invitation: ['view', 'create', 'delete'],
  audit: ['view', 'export'],
};

export const permissions = Object.entries(GRANTABLE).flatMap(([kind, verbs]) =>
  verbs.map((verb) => ({ name: `${verb}:${kind}`, verb, kind })),
);
const all = permissions.map(({ name }) => name);
const viewing = all.filter((name) => /^view:(project|container|image|network|host)/.test(name));

export const EVERYTHING = { everywhere: all, projects: {}, hosts: {} };
export const VIEWER = { everywhere: [], projects: { default: viewing }, hosts: {} };

const user = (id, username, more = {}) => ({
  id,
  username,
  is_robot: false,
  is_active: true,
  created_at: minutes(9000 * id),
  last_login: minutes(40 * id),
  ...more,
});

const role = (name, held, more = {}) => ({
  name,
  description: '',
  permissions: held,
  built_in: true,
  created_at: minutes(90_000),
  ...more,
});

const binding = (id, name, subject, scope) => ({
  id,
  role: name,
  subject,
  scope,
  created_at: minutes(600),
});
const everything = { kind: 'everything', id: '', name: '' };
const shop = { kind: 'project', id: 'shop', name: 'Web shop' };

const token = (id, name, more = {}) => ({
  id,
  name,
  owner: 'admin',
  prefix: `berth_3kf${id}`,
  permissions: null,
  projects: null,
  created_at: minutes(9000),
  expires_at: minutes(-90_000),
  last_used_at: minutes(2),
  ...more,
});

const session = (id, agent, more = {}) => ({
  id,
  username: 'admin',
  origin: '192.0.2.17',
  agent,
  created_at: minutes(3000),
  last_used_at: minutes(id * 40),
  is_current: false,
  ...more,
});

const entry = (id, actor, verb, kind, name, outcome, more = {}) => ({
  id,
  at: minutes(id * 3),
  actor,
  token: null,
  origin: '192.0.2.17',
  verb,
  kind,
  object: { id: name, name },
  project: 'shop',
  operation: null,
  outcome,
  detail: {},
  ...more,
});

export const access = {
  permissions,
  projects: [
    { id: 'default', name: 'default', created_at: minutes(90_000) },
    { id: 'shop', name: 'Web shop', created_at: minutes(9000) },
  ],
  policy: {
    privileged: false,
    host_network: false,
    host_user_namespace: false,
    unconfined_seccomp: false,
    capabilities: ['NET_ADMIN'],
    ports: { first: 1024, last: 65535 },
    host_addresses: ['192.0.2.0/24'],
    registries: ['docker.io', 'registry.local:5000'],
    hosts: null,
    max_memory: 2_147_483_648,
    max_pids: null,
    no_new_privileges: true,
  },
  users: [
    user(1, 'admin'),
    user(2, 'dana'),
    user(3, 'ci', { is_robot: true, last_login: null }),
    user(4, 'former', { is_active: false }),
  ],
  teams: [
    {
      id: 1,
      name: 'shop-devs',
      description: 'Who build the web shop',
      created_at: minutes(4000),
      members: [
        { id: 2, username: 'dana' },
        { id: 4, username: 'former' },
      ],
    },
  ],
  roles: [
    role('admin', all),
    role(
      'auditor',
      all.filter((name) => name.startsWith('view:')),
    ),
    role(
      'deployer',
      all.filter((name) => name.endsWith(':container')),
    ),
    role('viewer', viewing),
    role('log-reader', ['view:container', 'logs:container'], {
      built_in: false,
      description: 'Reads logs and nothing else',
    }),
  ],
  bindings: [
    binding(1, 'admin', { kind: 'user', id: '1', name: 'admin' }, everything),
    binding(2, 'deployer', { kind: 'team', id: '1', name: 'shop-devs' }, shop),
    binding(3, 'log-reader', { kind: 'user', id: '2', name: 'dana' }, everything),
    binding(4, 'viewer', { kind: 'token', id: '1', name: 'ci' }, shop),
  ],
  tokens: [
    token(1, 'ci', { permissions: ['view:container', 'create:container'], projects: ['shop'] }),
    token(2, 'laptop', { expires_at: null, last_used_at: null }),
  ],
  sessions: [
    session(1, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', {
      is_current: true,
    }),
    session(2, 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1'),
  ],
  invitations: [
    {
      id: 1,
      username: 'robin',
      role: 'deployer',
      project: 'shop',
      team: 'shop-devs',
      created_by: 'admin',
      created_at: minutes(600),
      expires_at: minutes(-9000),
    },
  ],
  audit: [
    entry(1, 'dana', 'create', 'container', 'job-92', 'denied', {
      detail: { privileged: 'privileged is not allowed; leave it out' },
    }),
    entry(2, 'admin', 'start', 'container', 'web', 'done', {
      operation: '0b8e1c1e-0000-4000-8000-00000000000a',
    }),
    entry(3, 'ci', 'pull', 'image', 'docker.io/library/postgres:17', 'failed', { token: 1 }),
    entry(4, 'former', 'sign_in', 'session', '', 'denied', { project: '' }),
    entry(5, 'admin', 'update', 'policy', 'shop', 'done'),
    entry(6, '(ingest)', 'update', 'host', 'local', 'done', { project: '', origin: '' }),
  ],
};
