import {
  IconBox,
  IconLayoutDashboard,
  IconListDetails,
  IconKey,
  IconNetwork,
  IconServer,
  IconStack2,
  IconBuildingWarehouse,
  type Icon,
} from '@tabler/icons-react';

export interface Place {
  label: string;
  path: string;
  icon: Icon;
  /** Pressed after `g`. */
  key: string;
}

export const PLACES: Place[] = [
  { label: 'Overview', path: '/', icon: IconLayoutDashboard, key: 'o' },
  { label: 'Containers', path: '/containers', icon: IconBox, key: 'c' },
  { label: 'Images', path: '/images', icon: IconStack2, key: 'i' },
  { label: 'Networks', path: '/networks', icon: IconNetwork, key: 'n' },
  { label: 'Registries', path: '/registries', icon: IconBuildingWarehouse, key: 'r' },
  { label: 'Hosts', path: '/hosts', icon: IconServer, key: 'h' },
  { label: 'Activity', path: '/activity', icon: IconListDetails, key: 'a' },
  { label: 'Tokens', path: '/tokens', icon: IconKey, key: 't' },
];
