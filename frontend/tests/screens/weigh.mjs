// How much JavaScript the first page loads, and how fast 1,000 containers are there.
import fs from 'node:fs';
import zlib from 'node:zlib';
import { chromium } from 'playwright-core';
import { makeData } from './data.mjs';
import { fake, serve } from './platform.mjs';

const LIMIT = 220_000;
const site = await serve();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
});
const page = await browser.newPage();
const scripts = [];
page.on('request', (request) => {
  if (request.url().endsWith('.js')) scripts.push(new URL(request.url()).pathname);
});
await fake(page, makeData(1000));
const start = Date.now();
await page.goto(`${site.origin}/containers`);
await page.getByRole('link', { name: 'worker-3', exact: true }).waitFor();
const shown = Date.now() - start;
const dist = new URL('../../dist/', import.meta.url);
const bytes = scripts
  .map((path) => zlib.gzipSync(fs.readFileSync(new URL(path.replace('/static/', ''), dist))).length)
  .reduce((a, b) => a + b, 0);
const rows = await page.locator('tbody tr').count();
console.log(
  JSON.stringify({ bytes, limit: LIMIT, scripts: scripts.length, shown_ms: shown, rows }),
);
await browser.close();
site.close();
process.exitCode = bytes > LIMIT ? 1 : 0;
