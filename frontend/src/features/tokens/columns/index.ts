import { actions } from './actions';
import { expires } from './expires';
import { lastUsed } from './lastUsed';
import { may } from './may';
import { name } from './name';
import { prefix } from './prefix';

export const tokenColumns = [name, prefix, may, lastUsed, expires, actions];
