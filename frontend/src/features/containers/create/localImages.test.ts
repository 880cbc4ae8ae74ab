import { expect, it } from 'vitest';
import { fullReference } from './localImages';

it.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['team/app:1', 'docker.io/team/app:1'],
  ['docker.io/nginx:1.29', 'docker.io/library/nginx:1.29'],
  ['127.0.0.1:5000/busybox', '127.0.0.1:5000/busybox:latest'],
  ['ghcr.io/a/b@sha256:0a', 'ghcr.io/a/b@sha256:0a'],
])('%s means %s', (reference, full) => {
  expect(fullReference(reference)).toBe(full);
});
