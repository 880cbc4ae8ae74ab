// What only a browser can show, against the fake platform: node tests/screens/behave.mjs
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { VIEWER } from './access.mjs';
import { makeData } from './data.mjs';
import { fake, serve } from './platform.mjs';

const SMOOTH_MS = 50;

const steps = {
  async 'a log of 100,000 lines scrolls, and every batch is acknowledged'({
    page,
    origin,
    back,
    data,
  }) {
    await page.goto(`${origin}/containers/${data.containers[0].id}/logs?tail=all`);
    await page.getByText(/request 99999/).waitFor();
    assert.deepEqual(
      back.acknowledged,
      Array.from({ length: 100 }, () => 65_000),
    );
    const median = await page.evaluate(async () => {
      const frame = document.querySelector('[role=log]');
      const times = [];
      let last = performance.now();
      for (let step = 0; step < 40; step += 1) {
        frame.scrollTop = step * 40_000;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        times.push(performance.now() - last);
        last = performance.now();
      }
      return times.sort((a, b) => a - b)[20];
    });
    assert.ok(median < SMOOTH_MS, `a frame took ${median} ms`);
  },

  async 'a search brings its match into sight'({ page }) {
    await page.getByLabel('Search the log').fill('/items\\/5000\\b/');
    await page.getByText('1 of 1').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('mark', { hasText: 'items/5000' }).waitFor();
  },

  async 'a change shows in its row and the rows stay where they are'({ page, origin, back, data }) {
    await page.goto(`${origin}/containers`);
    const names = page.locator('tbody tr td:nth-child(2)');
    await names.filter({ hasText: 'worker-3' }).waitFor();
    const before = await names.allTextContents();
    const [, api] = data.containers;
    const object = { ...api, state: 'exited', exit_code: 3, version: 9_000 };
    back.push({
      kind: 'container',
      id: api.id,
      action: 'die',
      version: 9_000,
      host: api.host.id,
      object,
    });
    await page.getByText('exited 3').waitFor();
    assert.deepEqual(await names.allTextContents(), before);
  },

  async 'what is removed leaves the table'({ page, back, data }) {
    const [web] = data.containers;
    back.push({
      kind: 'container',
      id: web.id,
      action: 'destroy',
      version: 9_001,
      host: web.host.id,
      object: null,
    });
    await page.getByRole('link', { name: 'web', exact: true }).waitFor({ state: 'detached' });
  },

  async 'after a cut the page comes back and catches up'({ page, back, data }) {
    data.containers[2].state = 'running';
    await back.cut();
    const row = page.getByRole('row').filter({ hasText: 'db-1' });
    await row.getByText('running').waitFor();
  },

  async 'the keyboard filters, jumps, helps and searches'({ page }) {
    await page.keyboard.press('/');
    assert.ok(await page.evaluate(() => document.activeElement.hasAttribute('data-filter')));
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL('**/images');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search everything' }).fill('worker-77');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'worker-77' }).waitFor();
  },

  async 'a menu that was not fetched yet opens at the first press'({ page }) {
    await page.getByRole('button', { name: 'Account of admin' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitem', { name: 'Dark' }).click();
    assert.equal(await page.locator('html').getAttribute('data-mantine-color-scheme'), 'dark');
  },

  async 'the project stays chosen from page to page and after a reload'({ page, origin }) {
    await page.goto(`${origin}/networks`);
    await page.getByLabel('Project shown').first().selectOption('default');
    await page.waitForURL('**/networks?project=default');
    await page.getByRole('link', { name: 'Registries' }).click();
    await page.waitForURL('**/registries?project=default');
    await page.goto(`${origin}/containers`);
    await page.waitForURL('**/containers?project=default');
    await page.goto(`${origin}/containers?project=gone`);
    await page.waitForURL('**/containers');
  },

  async 'who may only look is offered nothing else'({ page, origin, data }) {
    data.grants = VIEWER;
    await page.goto(`${origin}/containers/${data.containers[0].id}`);
    assert.ok(await page.getByRole('button', { name: 'Stop' }).isDisabled());
    assert.match(
      await page.getByRole('button', { name: 'Stop' }).getAttribute('title'),
      /stop:container/,
    );
    assert.ok(await page.getByRole('tab', { name: 'logs' }).isDisabled());
    assert.equal(await page.getByRole('link', { name: 'Audit' }).count(), 0);
    await page.goto(`${origin}/access`);
    await page.getByRole('tab', { name: 'tokens' }).waitFor();
    assert.equal(await page.getByRole('tab', { name: 'users' }).count(), 0);
    delete data.grants;
  },
};

const site = await serve();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
});
const page = await browser.newPage();
const errors = [];
page.on('pageerror', (error) => errors.push(String(error)));
const data = makeData(1000);
const back = await fake(page, data, { lines: 100_000 });
try {
  for (const [name, step] of Object.entries(steps)) {
    await step({ page, origin: site.origin, back, data });
    console.log(`ok ${name}`);
  }
  assert.deepEqual(errors, []);
} finally {
  await browser.close();
  site.close();
}
