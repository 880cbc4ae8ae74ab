import { actor } from './actor';
import { at } from './at';
import { origin } from './origin';
import { outcome } from './outcome';
import { project } from './project';
import { what } from './what';

export const auditColumns = [at, outcome, actor, what, project, origin];
