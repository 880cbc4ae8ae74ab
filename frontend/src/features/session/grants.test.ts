import { expect, it } from 'vitest';
import { holdsAt, holdsSomewhere } from './grants';

const grants = {
  everywhere: ['view:host'],
  projects: { shop: ['start:container', 'view:container'] },
  hosts: { h1: ['stop:container'] },
};

it.each([
  ['start:container', { project: 'shop', host: 'h2' }, true],
  ['start:container', { project: 'other', host: 'h1' }, false],
  ['stop:container', { project: 'other', host: 'h1' }, true],
  ['stop:container', { project: 'shop' }, false],
  ['view:host', {}, true],
  ['view:container', {}, false],
])('%s at %j: %s', (permission, place, holds) => {
  expect(holdsAt(grants, permission, place)).toBe(holds);
});

it('finds what holds in some project or on some host', () => {
  expect(holdsSomewhere(grants, 'start:container')).toBe(true);
  expect(holdsSomewhere(grants, 'stop:container')).toBe(true);
  expect(holdsSomewhere(grants, 'view:audit')).toBe(false);
});
