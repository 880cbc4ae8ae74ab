import { actions } from './actions';
import { created } from './created';
import { id } from './id';
import { name } from './name';

export const projectColumns = [id, name, created, actions];
