import { actions } from './actions';
import { created } from './created';
import { expires } from './expires';
import { lastUsed } from './lastUsed';
import { name } from './name';
import { prefix } from './prefix';

export const tokenColumns = [name, prefix, created, lastUsed, expires, actions];
