import { IconBox, IconPlus, IconServer, IconStack2, type Icon } from '@tabler/icons-react';
import type { Container, Host, Image } from '@/api/types';
import { imageName } from '@/features/images/name';
import type { Place } from './places';

export interface PaletteItem {
  key: string;
  label: string;
  hint: string;
  path: string;
  icon: Icon;
}

interface Things {
  places: Place[];
  containers: Container[];
  images: Image[];
  hosts: Host[];
}

const ACTIONS: PaletteItem[] = [
  { key: 'new', label: 'New container', hint: 'action', path: '/containers/new', icon: IconPlus },
  { key: 'pull', label: 'Pull an image', hint: 'action', path: '/images?pull=1', icon: IconPlus },
];

/** Everything that has an address, pages and actions first. */
export function paletteItems({ places, containers, images, hosts }: Things): PaletteItem[] {
  return [
    ...ACTIONS,
    ...places.map(({ label, path, icon }) => ({ key: path, label, hint: 'page', path, icon })),
    ...containers.map((container) => ({
      key: container.id,
      label: container.name,
      hint: `container · ${container.state} · ${container.host.name}`,
      path: `/containers/${container.id}`,
      icon: IconBox,
    })),
    ...images.map((image) => ({
      key: `${image.host.id}/${image.project}/${image.id}`,
      label: imageName(image),
      hint: `image · ${image.project} · ${image.host.name}`,
      path: `/images/${image.id}?host=${encodeURIComponent(image.host.name)}&project=${image.project}`,
      icon: IconStack2,
    })),
    ...hosts.map((host) => ({
      key: host.id,
      label: host.name,
      hint: 'host',
      path: `/containers?host=${encodeURIComponent(host.name)}`,
      icon: IconServer,
    })),
  ];
}

/** The items whose label or hint has every word of *query*; those that start with it come first. */
export function searchItems(items: PaletteItem[], query: string): PaletteItem[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = items.filter((item) => {
    const text = `${item.label} ${item.hint}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const first = words[0] ?? '';
  const rank = (item: PaletteItem) => (item.label.toLowerCase().startsWith(first) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b));
}
