import { actions } from './actions';
import { members } from './members';
import { name } from './name';
import { roles } from './roles';

export const teamColumns = [name, members, roles, actions];
