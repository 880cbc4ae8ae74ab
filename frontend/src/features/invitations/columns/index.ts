import { actions } from './actions';
import { by } from './by';
import { expires } from './expires';
import { gives } from './gives';
import { name } from './name';

export const invitationColumns = [name, gives, by, expires, actions];
