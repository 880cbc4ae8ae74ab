import { NativeSelect } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import { useHosts } from '@/features/hosts/queries';
import { useHostScope } from '@/features/scope/scope';

/** Which hosts' objects all lists show. */
export function HostSwitch() {
  const [scope, setScope] = useHostScope();
  const hosts = useHosts().data ?? [];
  return (
    <NativeSelect
      aria-label="Hosts shown"
      size="xs"
      w={{ base: '100%', sm: 150 }}
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
