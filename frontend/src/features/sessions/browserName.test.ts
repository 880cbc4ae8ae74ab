import { expect, it } from 'vitest';
import { browserName } from './browserName';

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1', 'Safari on iOS'],
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
  ['curl/8.5', 'curl/8.5'],
  ['', 'unknown'],
])('%s is %s', (agent, name) => {
  expect(browserName(agent)).toBe(name);
});
