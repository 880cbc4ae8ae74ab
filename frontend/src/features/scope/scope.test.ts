import { expect, it } from 'vitest';
import { inScope } from './scope';

const web = { host: { name: 'h1' }, project: 'shop' };
const api = { host: { name: 'h2' }, project: 'shop' };
const job = { host: { name: 'h1' }, project: 'default' };
const registry = { project: 'shop' };

it.each([
  [{ host: '', project: '' }, [web, api, job, registry]],
  [{ host: 'h1', project: '' }, [web, job, registry]],
  [{ host: '', project: 'shop' }, [web, api, registry]],
  [{ host: 'h1', project: 'shop' }, [web, registry]],
])('shows in %j what lies there', (scope, shown) => {
  expect(inScope([web, api, job, registry], scope)).toEqual(shown);
});
