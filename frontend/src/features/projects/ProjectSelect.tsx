import { Select, type SelectProps } from '@mantine/core';
import { useProjectChoices } from './choices';

interface Props extends Omit<SelectProps, 'data'> {
  /** What one must be allowed to do in a project for it to be offered. */
  permission: string;
}

export function ProjectSelect({ permission, ...props }: Props) {
  const choices = useProjectChoices(permission);
  return <Select label="Project" allowDeselect={false} data={choices} {...props} />;
}
