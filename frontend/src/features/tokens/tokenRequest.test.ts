import { expect, it } from 'vitest';
import { NEW_TOKEN, tokenRequest } from './tokenRequest';

it('asks for no limit where none was chosen', () => {
  expect(tokenRequest({ ...NEW_TOKEN, name: 'ci', days: '' }, '', 0)).toEqual({
    name: 'ci',
    owner: null,
    expires_at: null,
    projects: null,
    permissions: null,
  });
});

it('limits to nothing at all where permissions are limited and none is held', () => {
  const values = { ...NEW_TOKEN, name: 'ci', days: '1', projects: ['shop'], isLimited: true };
  expect(tokenRequest(values, 'robot', 0)).toEqual({
    name: 'ci',
    owner: 'robot',
    expires_at: '1970-01-02T00:00:00.000Z',
    projects: ['shop'],
    permissions: [],
  });
});
