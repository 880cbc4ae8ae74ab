import { Select } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import { useHosts } from '@/features/hosts/queries';
import { useScope } from '@/features/hosts/scope';

/** Which hosts' objects all lists show. */
export function ScopeSwitch() {
  const [scope, setScope] = useScope();
  const hosts = useHosts().data ?? [];
  return (
    <Select
      aria-label="Hosts shown"
      size="xs"
      w={{ base: 116, sm: 160 }}
      leftSection={<IconServer size={15} />}
      allowDeselect={false}
      value={scope}
      data={[
        { value: '', label: 'All hosts' },
        ...hosts.map((host) => ({ value: host.name, label: host.name })),
      ]}
      onChange={(value) => {
        setScope(value ?? '');
      }}
    />
  );
}
