import { expect, it } from 'vitest';
import { byKind, withPermission } from './byKind';

it('puts the permissions of a kind together', () => {
  const view = { name: 'view:host', verb: 'view', kind: 'host' };
  const start = { name: 'start:container', verb: 'start', kind: 'container' };
  const remove = { name: 'delete:host', verb: 'delete', kind: 'host' };
  expect(byKind([view, start, remove])).toEqual([
    { kind: 'host', permissions: [view, remove] },
    { kind: 'container', permissions: [start] },
  ]);
});

it('holds a permission once, and lets it go', () => {
  expect(withPermission(['view:host'], 'start:container', true)).toEqual([
    'start:container',
    'view:host',
  ]);
  expect(withPermission(['view:host'], 'view:host', true)).toEqual(['view:host']);
  expect(withPermission(['view:host'], 'view:host', false)).toEqual([]);
});
