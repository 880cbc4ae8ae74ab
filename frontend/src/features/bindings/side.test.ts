import { describe, expect, it } from 'vitest';
import type { Binding } from '@/api/types';
import { bindingRequest, bindingsOf, bindingText, type Side } from './side';

const dana: Side = { kind: 'user', id: '2', name: 'dana' };
const shop: Side = { kind: 'project', id: 'shop', name: 'Web shop' };
const inShop: Binding = {
  id: 1,
  role: 'deployer',
  subject: dana as Binding['subject'],
  scope: { kind: 'project', id: 'shop', name: 'Web shop' },
  created_at: '',
};
const everywhere: Binding = { ...inShop, id: 2, scope: { kind: 'everything', id: '', name: '' } };
const ofTeam: Binding = { ...inShop, id: 3, subject: { kind: 'team', id: '2', name: 'devs' } };

it('finds the bindings of either side', () => {
  const all = [inShop, everywhere, ofTeam];
  expect(bindingsOf(all, dana)).toEqual([inShop, everywhere]);
  expect(bindingsOf(all, shop)).toEqual([inShop, ofTeam]);
});

it.each([
  [inShop, dana, 'deployer in Web shop'],
  [everywhere, dana, 'deployer on everything'],
  [ofTeam, shop, 'deployer for team devs'],
])('says what a binding gives', (binding, side, text) => {
  expect(bindingText(binding, side)).toBe(text);
});

describe('bindingRequest', () => {
  it.each([
    [dana, '', { user: 'dana' }],
    [dana, 'project:shop', { user: 'dana', project: 'shop' }],
    [dana, 'host:local', { user: 'dana', host: 'local' }],
    [
      { kind: 'token', id: '7', name: 'ci' } as const,
      'project:shop',
      { token: 7, project: 'shop' },
    ],
    [shop, 'team:devs', { project: 'shop', team: 'devs' }],
  ])('%j with %j', (side, other, ends) => {
    expect(bindingRequest('viewer', side, other)).toEqual({ role: 'viewer', ...ends });
  });
});
