import { NativeSelect } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import { useHosts } from '@/features/hosts/queries';
import { useScope } from '@/features/hosts/scope';

/** Which hosts' objects all lists show. */
export function ScopeSwitch() {
  const [scope, setScope] = useScope();
  const hosts = useHosts().data ?? [];
  return (
    <NativeSelect
      aria-label="Hosts shown"
      size="xs"
      w={{ base: 112, sm: 160 }}
      style={{ flex: 'none' }}
      leftSection={<IconServer size={15} />}
      value={scope}
      data={[
        { value: '', label: 'All hosts' },
        ...hosts.map((host) => ({ value: host.name, label: host.name })),
      ]}
      onChange={(event) => {
        setScope(event.currentTarget.value);
      }}
    />
  );
}
