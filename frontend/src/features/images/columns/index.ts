import { actions } from './actions';
import { created } from './created';
import { host } from './host';
import { id } from './id';
import { name } from './name';
import { size } from './size';
import { usedBy } from './usedBy';

export const imageColumns = [name, id, size, host, usedBy, created, actions];
