import { expect, it } from 'vitest';
import type { Policy } from '@/api/types';
import { policyOf, validatePolicy, valuesOfPolicy } from './policyValues';

const policy: Policy = {
  privileged: false,
  host_network: true,
  host_user_namespace: false,
  unconfined_seccomp: false,
  capabilities: ['NET_ADMIN'],
  ports: { first: 1024, last: 65_535 },
  host_addresses: null,
  registries: ['docker.io'],
  hosts: null,
  max_memory: 536_870_912,
  max_pids: null,
  no_new_privileges: true,
};

it('keeps a policy as it is when nothing is changed', () => {
  expect(policyOf(valuesOfPolicy(policy))).toEqual(policy);
});

it.each([
  ['firstPort', '0'],
  ['firstPort', 'x'],
  ['lastPort', '80'],
  ['memory', 'much'],
  ['pids', '-1'],
])('refuses %s %j', (field, text) => {
  const values = { ...valuesOfPolicy(policy), [field]: text };
  expect(Object.keys(validatePolicy(values))).toEqual([field]);
});
