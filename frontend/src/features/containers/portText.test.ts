import { expect, it } from 'vitest';
import { portText, portUrl } from './portText';

const port = {
  container_port: 80,
  host_port: 8080,
  host_address: '0.0.0.0',
  protocol: 'tcp',
} as const;

it.each([
  [port, '8080→80', 'http://berth.lan:8080'],
  [{ ...port, container_port: 443 }, '8080→443', 'https://berth.lan:8080'],
  [{ ...port, host_address: '127.0.0.1' }, '127.0.0.1:8080→80', 'http://127.0.0.1:8080'],
  [{ ...port, host_address: '::1' }, '::1:8080→80', 'http://[::1]:8080'],
  [{ ...port, protocol: 'udp' as const }, '8080→80/udp', null],
  [{ ...port, host_port: 0 }, 'auto→80', null],
])('shows and opens %j', (binding, text, url) => {
  expect(portText(binding)).toBe(text);
  expect(portUrl(binding, 'berth.lan')).toBe(url);
});
