// A stand-in for the platform: serves the build, answers REST from data, pushes by websocket.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { EVERYTHING } from './access.mjs';

const DIST = path.resolve(import.meta.dirname, '../../dist');
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** Serve the built console on a free port; resolves to its address and how to stop it. */
export function serve() {
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    const file = pathname.startsWith('/static/')
      ? path.join(DIST, pathname.slice(8))
      : path.join(DIST, 'index.html');
    if (!fs.existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'text/html' });
    response.end(fs.readFileSync(file));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() });
    });
  });
}

const NOW = new Date().toISOString();
const USER = {
  id: 1,
  username: 'admin',
  is_robot: false,
  is_active: true,
  created_at: NOW,
  last_login: NOW,
};
const SIGNED_OUT = {
  status: 401,
  code: 'sign_in_required',
  title: 'Unauthorized',
  detail: 'sign in, or send a token',
  facts: {},
};

/** What is asked about who may do what; undefined for anything else. */
function accessAnswer(data, { pathname, searchParams }, method) {
  const [, , , noun, id, part] = pathname.split('/');
  if (noun === 'users' && id === 'me')
    return data.signedOut ? SIGNED_OUT : { ...USER, grants: data.grants ?? EVERYTHING };
  if (noun === 'invitation')
    return method === 'POST'
      ? { user: USER }
      : { username: 'robin', created_by: 'admin', expires_at: NOW, token: searchParams.size };
  if (noun === 'projects' && part === 'policy') return data.policy;
  if (noun === 'permissions') return data.permissions;
  if (noun === 'invitations' && method === 'POST')
    return {
      ...data.invitations[0],
      url: 'https://berth.example/invitation?token=Zk3uN0t7aS3cr3t',
    };
  if (
    ['users', 'teams', 'roles', 'bindings', 'projects', 'sessions'].includes(noun) &&
    method !== 'GET'
  )
    return data[noun][0];
  return undefined;
}

function answer(data, { pathname, searchParams }, method) {
  const [, , , noun, id, verb] = pathname.split('/');
  const asked = accessAnswer(data, { pathname, searchParams }, method);
  if (asked !== undefined) return asked;
  if (noun === 'session') return { user: data.signedOut ? null : USER };
  if (noun === 'setup') return { required: data.setup ?? false };
  if (method !== 'GET') {
    if (noun === 'tokens')
      return { ...data.tokens[0], token: 'berth_3kf9Q2mZr8sT0uVwXyAbCdEfGhIjKlMn' };
    if (noun === 'containers' && !id)
      return {
        status: 409,
        code: 'port_in_use',
        title: 'Conflict',
        detail: 'tcp port 0.0.0.0:8080 is held by container web',
        facts: {},
      };
    return {
      ...data.operations[noun === 'images' ? 0 : 2],
      id: `new-${id ?? noun}-${verb ?? ''}`,
      state: 'running',
    };
  }
  const list = data[noun] ?? [];
  if (id && noun === 'containers')
    return (
      list.find((item) => item.id === id) ?? {
        status: 404,
        code: 'container_not_found',
        title: 'Not Found',
        detail: `no container '${id}'`,
        facts: {},
      }
    );
  const wanted = searchParams.get('subject');
  const found = wanted ? list.slice(0, 3) : list;
  return { count: found.length, next: null, previous: null, results: found };
}

const COLORS = [31, 32, 33, 34, 35, 36];

function logLines(from, count) {
  return Array.from({ length: count }, (_, index) => {
    const at = from + index;
    if (at % 23 === 5)
      return {
        time: new Date(1_790_000_000_000 + at * 137).toISOString(),
        stream: 'stdout',
        text: JSON.stringify({ level: 'info', msg: `item ${at}`, ms: at % 90, cached: true }),
      };
    const level =
      at % 17 === 0 ? '\u001b[1;31mERROR\u001b[0m' : `\u001b[${COLORS[at % 6]}mINFO\u001b[0m `;
    return {
      time: new Date(1_790_000_000_000 + at * 137).toISOString(),
      stream: at % 17 === 0 ? 'stderr' : 'stdout',
      text: `${level} request ${at} \u001b[2mGET /api/items/${at}\u001b[0m 200 in ${(at * 7) % 90} ms from 10.83.0.${at % 250}`,
    };
  });
}

/** Put the fake platform behind *page*; returns how to push a change to it. */
export async function fake(page, data, { lines = 400 } = {}) {
  const sockets = [];
  await page.route('**/api/v1/**', async (route) => {
    const request = route.request();
    const body = answer(data, new URL(request.url()), request.method());
    const status = body.status ?? (request.method() === 'GET' ? 200 : 202);
    await route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) });
  });
  await page.routeWebSocket(/\/ws\/events/, (socket) => {
    sockets.push(socket);
  });
  const acknowledged = [];
  await page.routeWebSocket(/\/ws\/containers\//, (socket) => {
    socket.onMessage((message) => acknowledged.push(JSON.parse(message).ack));
    for (let from = 0; from < lines; from += 1000)
      socket.send(
        JSON.stringify({ lines: logLines(from, Math.min(1000, lines - from)), size: 65_000 }),
      );
  });
  return {
    acknowledged,
    push: (change) => {
      for (const socket of sockets) socket.send(JSON.stringify(change));
    },
    cut: () => Promise.all(sockets.splice(0).map((socket) => socket.close())),
  };
}
