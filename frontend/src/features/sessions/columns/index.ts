import { actions } from './actions';
import { browser } from './browser';
import { created } from './created';
import { lastUsed } from './lastUsed';
import { origin } from './origin';

export const sessionColumns = [browser, origin, lastUsed, created, actions];
