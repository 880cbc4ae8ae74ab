import { actions } from './actions';
import { lastSignIn } from './lastSignIn';
import { name } from './name';
import { roles } from './roles';
import { state } from './state';

export const userColumns = [name, state, roles, lastSignIn, actions];
