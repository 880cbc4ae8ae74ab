import { created } from './created';
import { driver } from './driver';
import { gateway } from './gateway';
import { host } from './host';
import { name } from './name';
import { subnet } from './subnet';

export const networkColumns = [name, driver, subnet, gateway, host, created];
