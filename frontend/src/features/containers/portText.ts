import type { PortBinding } from '@/api/types';

const EVERYWHERE = new Set(['', '0.0.0.0', '::']);

/** `8080→80`, with the protocol where it is not TCP and the address where it is not every one. */
export function portText(port: PortBinding): string {
  const address = EVERYWHERE.has(port.host_address) ? '' : `${port.host_address}:`;
  const protocol = port.protocol === 'tcp' ? '' : `/${port.protocol}`;
  return `${address}${port.host_port || 'auto'}→${port.container_port}${protocol}`;
}

/** Where a published TCP port is reached; a port on every address by the name this page came from. */
export function portUrl(port: PortBinding, pageHost: string): string | null {
  if (port.protocol !== 'tcp' || port.host_port === 0) return null;
  const scheme = port.container_port === 443 ? 'https' : 'http';
  const host = EVERYWHERE.has(port.host_address) ? pageHost : port.host_address;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port.host_port}`;
}
