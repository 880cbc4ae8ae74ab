import { created } from './created';
import { host } from './host';
import { image } from './image';
import { name } from './name';
import { ports } from './ports';
import { since } from './since';
import { state } from './state';

export const containerColumns = [name, state, image, host, ports, since, created];
