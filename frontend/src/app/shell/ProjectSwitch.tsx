import { NativeSelect } from '@mantine/core';
import { IconFolder } from '@tabler/icons-react';
import { useProjects } from '@/features/projects/queries';
import { useProjectScope } from '@/features/projects/remembered';

/** Which project's objects all lists show, and where new ones go. */
export function ProjectSwitch() {
  const [scope, setScope] = useProjectScope();
  const projects = useProjects().data ?? [];
  return (
    <NativeSelect
      aria-label="Project shown"
      size="xs"
      w={{ base: '100%', sm: 150 }}
      leftSection={<IconFolder size={15} />}
      value={scope}
      data={[
        { value: '', label: 'All projects' },
        ...projects.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={(event) => {
        setScope(event.currentTarget.value);
      }}
    />
  );
}
