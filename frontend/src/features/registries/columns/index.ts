import { actions } from './actions';
import { host } from './host';
import { name } from './name';
import { transport } from './transport';
import { username } from './username';

export const registryColumns = [name, host, username, transport, actions];
