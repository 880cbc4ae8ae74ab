import { actions } from './actions';
import { count } from './count';
import { description } from './description';
import { kind } from './kind';
import { name } from './name';

export const roleColumns = [name, kind, description, count, actions];
