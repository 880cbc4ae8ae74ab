import {
  IconBox,
  IconLayoutDashboard,
  IconListDetails,
  IconHistory,
  IconNetwork,
  IconServer,
  IconStack2,
  IconBuildingWarehouse,
  IconUsers,
  type Icon,
} from '@tabler/icons-react';
import type { May } from '@/features/session/permissions';

export interface Place {
  label: string;
  path: string;
  icon: Icon;
  /** Pressed after `g`. */
  key: string;
  /** It is offered to those who hold one of these anywhere; to everyone where there are none. */
  permissions?: string[];
}

export const PLACES: Place[] = [
  { label: 'Overview', path: '/', icon: IconLayoutDashboard, key: 'o' },
  {
    label: 'Containers',
    path: '/containers',
    icon: IconBox,
    key: 'c',
    permissions: ['view:container'],
  },
  { label: 'Images', path: '/images', icon: IconStack2, key: 'i', permissions: ['view:image'] },
  {
    label: 'Networks',
    path: '/networks',
    icon: IconNetwork,
    key: 'n',
    permissions: ['view:network'],
  },
  {
    label: 'Registries',
    path: '/registries',
    icon: IconBuildingWarehouse,
    key: 'r',
    permissions: ['view:registry'],
  },
  { label: 'Hosts', path: '/hosts', icon: IconServer, key: 'h', permissions: ['view:host'] },
  {
    label: 'Activity',
    path: '/activity',
    icon: IconListDetails,
    key: 'a',
    permissions: ['view:operation'],
  },
  { label: 'Access', path: '/access', icon: IconUsers, key: 's' },
  { label: 'Audit', path: '/audit', icon: IconHistory, key: 'u', permissions: ['view:audit'] },
];

/** The places that somebody who *may* what it says can do something at. */
export function placesFor(may: May): Place[] {
  return PLACES.filter(({ permissions }) => permissions?.some((each) => may(each)) ?? true);
}
