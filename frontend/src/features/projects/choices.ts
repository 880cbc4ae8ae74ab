import { useMay } from '@/features/session/permissions';
import { useProjectScope } from './remembered';
import { useProjects } from './queries';

const DEFAULT = 'default';

/** The projects in which the signed-in person may do what *permission* says, for a picker. */
export function useProjectChoices(permission: string) {
  const may = useMay();
  const projects = useProjects().data ?? [];
  return projects
    .filter(({ id }) => may(permission, { project: id }))
    .map(({ id, name }) => ({ value: id, label: name === id ? id : `${name} (${id})` }));
}

/** Where something new goes unless another project is chosen: the one shown, or the first allowed. */
export function useInitialProject(permission: string): string {
  const may = useMay();
  const [shown] = useProjectScope();
  const projects = (useProjects().data ?? []).map(({ id }) => id);
  const fitting = [shown, DEFAULT, ...projects].find(
    (id) => id !== '' && may(permission, { project: id }),
  );
  return fitting ?? DEFAULT;
}
