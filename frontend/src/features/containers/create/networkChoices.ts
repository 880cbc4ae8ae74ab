import type { Network } from '@/api/types';

const ALWAYS = [
  { value: 'bridge', label: "bridge – the project's default" },
  { value: 'none', label: 'none – only its own loopback' },
  { value: 'host', label: "host – the host's own network" },
];

export function networkChoices(networks: Network[], host: string, project: string) {
  const named = networks
    .filter((network) => network.host.id === host && network.project === project)
    .filter((network) => !ALWAYS.some(({ value }) => value === network.name))
    .map((network) => ({ value: network.name, label: `${network.name} – ${network.subnet}` }));
  return [...ALWAYS, ...named];
}
