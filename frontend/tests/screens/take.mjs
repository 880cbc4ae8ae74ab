// Pictures of every page in both themes and at phone width: node tests/screens/take.mjs FOLDER
import fs from 'node:fs';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { VIEWER } from './access.mjs';
import { EMPTY, makeData } from './data.mjs';
import { fake, serve } from './platform.mjs';

const folder = process.argv[2] ?? 'screens';
const only = process.argv[3];
const data = makeData(30);
const web = data.containers[0].id;
const oom = data.containers[2].id;

/** Press the button of that name. */
const press = (name) => (page) => page.getByRole('button', { name }).click();

const SHOTS = [
  ['sign-in', '/sign-in', { ...data, signedOut: true }],
  ['setup', '/setup?token=abc', { ...data, signedOut: true, setup: true }],
  ['overview', '/', data],
  ['overview-empty', '/', EMPTY],
  ['containers', '/containers', data],
  ['containers-empty', '/containers', EMPTY],
  ['container', `/containers/${web}`, data],
  ['container-oom', `/containers/${oom}`, data],
  ['logs', `/containers/${web}/logs?time=1&search=items/39`, data],
  ['logs-json', `/containers/${web}/logs?json=1&since=2026-01-01T08:00&tail=100`, data],
  ['inspect', `/containers/${web}/inspect`, data],
  ['activity-tab', `/containers/${web}/activity`, data],
  ['create', '/containers/new?image=nginx:1.29', data],
  [
    'create-more',
    `/containers/new?like=${web}`,
    data,
    async (page) => {
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByLabel('Stop signal').fill('NOPE');
      await page.getByLabel('Add capabilities').first().fill('NET_ADMIN');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await page.getByLabel('Privileged').scrollIntoViewIfNeeded();
    },
  ],
  ['images', '/images', data],
  [
    'pull',
    '/images?pull=1',
    data,
    async (page) => {
      await page.getByLabel('Reference').fill('postgres:17');
      await page.getByRole('button', { name: 'Pull', exact: true }).click();
    },
  ],
  ['image', `/images/${data.images[0].id}`, data],
  ['registries', '/registries', data],
  [
    'registry-form',
    '/registries',
    data,
    (page) => page.getByRole('button', { name: 'Add a registry' }).click(),
  ],
  ['hosts', '/hosts', data],
  ['networks', '/networks', data],
  ['access-users', '/access/users', data],
  ['access-teams', '/access/teams', data],
  ['access-roles', '/access/roles', data],
  ['access-projects', '/access/projects', data],
  ['access-tokens', '/access/tokens', data],
  ['access-sessions', '/access/sessions', data],
  ['access-invitations', '/access/invitations', data],
  ['access-viewer', '/access', { ...data, grants: VIEWER }],
  ['containers-viewer', '/containers', { ...data, grants: VIEWER }],
  ['container-viewer', `/containers/${web}`, { ...data, grants: VIEWER }],
  ['user-new', '/access/users', data, press('New user')],
  ['user-roles', '/access/users', data, press('Roles of dana')],
  ['project-roles', '/access/projects', data, press('Roles of Web shop')],
  ['team-members', '/access/teams', data, press('Members of shop-devs')],
  ['role-built-in', '/access/roles', data, press('See deployer')],
  ['role-change', '/access/roles', data, press('Change log-reader')],
  ['policy', '/access/projects', data, press('Policy of Web shop')],
  [
    'invite',
    '/access/invitations',
    data,
    async (page) => {
      await press('New invitation')(page);
      await page.getByLabel('User name').fill('robin');
      await page.getByRole('button', { name: 'Invite', exact: true }).click();
    },
  ],
  ['invitation', '/invite?token=abc', { ...data, signedOut: true }],
  ['audit', '/audit', data],
  ['audit-search', '/audit?outcome=denied&since=2026-01-01T08:00', data],
  [
    'token-limits',
    '/access/tokens',
    data,
    async (page) => {
      await press('New token')(page);
      await page.getByLabel("Only some of its owner's permissions").check();
    },
  ],
  [
    'token-new',
    '/access/tokens',
    data,
    async (page) => {
      await press('New token')(page);
      await page.getByLabel('Name', { exact: true }).fill('deploy');
      await page.getByRole('button', { name: 'Create', exact: true }).click();
    },
  ],
  ['activity', '/activity', data],
  [
    'tray',
    '/containers',
    data,
    (page) =>
      page
        .getByRole('button', { name: /operation/ })
        .first()
        .click(),
  ],
  [
    'palette',
    '/containers',
    data,
    async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('wo');
    },
  ],
  [
    'bulk',
    '/containers?filter=worker',
    data,
    async (page) => {
      await page.getByLabel('Select all').check();
      await page.getByRole('button', { name: 'Remove…' }).click();
    },
  ],
  [
    'remove',
    `/containers/${web}`,
    data,
    async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Remove…' }).click();
    },
  ],
];

const VIEWS = [
  ['light', { width: 1280, height: 800 }, 'light'],
  ['dark', { width: 1280, height: 800 }, 'dark'],
  ['phone', { width: 390, height: 844 }, 'light'],
];

fs.mkdirSync(folder, { recursive: true });
const site = await serve();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ],
});
let problems = 0;
for (const [view, viewport, colorScheme] of VIEWS) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  for (const [name, path, content, act] of SHOTS) {
    if (only && !`${name}-${view}`.match(only)) continue;
    const page = await context.newPage();
    page.on('pageerror', (error) => {
      problems += 1;
      console.log(name, view, String(error));
    });
    page.on('console', (message) => {
      // A network of some container came or went, on the machine that this runs on.
      if (message.type() === 'error' && !message.text().includes('ERR_NETWORK_CHANGED')) {
        problems += 1;
        console.log(name, view, message.text());
      }
    });
    await fake(page, content);
    let isCut = false;
    page.on('requestfailed', () => {
      isCut = true;
    });
    try {
      await page.goto(site.origin + path, { waitUntil: 'networkidle' });
      if (isCut) await page.reload({ waitUntil: 'networkidle' });
      if (act) await act(page);
      await page.waitForTimeout(400);
      await page.addScriptTag({ content: axe.source });
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      for (const { id, impact, nodes } of violations)
        if (impact === 'serious' || impact === 'critical') {
          problems += 1;
          console.log(name, view, impact, id, nodes[0].html.slice(0, 160), `(${nodes.length})`);
        }
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) console.log(name, view, `wider than the window by ${overflow} px`);
    } catch (error) {
      problems += 1;
      console.log(name, view, String(error).split('\n')[0]);
    }
    await page.screenshot({ path: `${folder}/${name}-${view}.png` });
    await page.close();
  }
  await context.close();
}
await browser.close();
site.close();
process.exitCode = problems ? 1 : 0;
