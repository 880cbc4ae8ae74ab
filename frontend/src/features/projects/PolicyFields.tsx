import {
  Checkbox,
  MultiSelect,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useHosts } from '@/features/hosts/queries';
import type { PolicyValues } from './policyValues';

const ALLOWED: [keyof PolicyValues, string, string][] = [
  ['privileged', 'Privileged containers', 'as good as root on the host'],
  ['host_network', "The host's network", 'network “host”'],
  ['host_user_namespace', "The host's user ids", 'root inside is root outside'],
  ['unconfined_seccomp', 'Every system call', 'seccomp “unconfined”'],
];

export function PolicyFields({ form }: { form: UseFormReturnType<PolicyValues> }) {
  const hosts = useHosts().data ?? [];
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        It judges what is asked for from now on, not what runs already.
      </Text>
      {ALLOWED.map(([name, label, description]) => (
        <Checkbox
          key={name}
          label={`Allow: ${label}`}
          description={description}
          {...form.getInputProps(name, { type: 'checkbox' })}
        />
      ))}
      <Checkbox
        label="Require: no new privileges"
        description="setuid programs gain nothing"
        {...form.getInputProps('no_new_privileges', { type: 'checkbox' })}
      />
      <TagsInput
        label="Capabilities that may be added"
        description="to those that every container has; ALL for every one"
        placeholder="none"
        {...form.getInputProps('capabilities')}
      />
      <TagsInput
        label="Registries that images may come from"
        placeholder="any"
        {...form.getInputProps('registries')}
      />
      <TagsInput
        label="Host addresses to publish on"
        description="addresses or subnets"
        placeholder="any"
        {...form.getInputProps('host_addresses')}
      />
      <MultiSelect
        label="Hosts"
        placeholder="any"
        data={hosts.map(({ id, name }) => ({ value: id, label: name }))}
        {...form.getInputProps('hosts')}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput label="First host port" {...form.getInputProps('firstPort')} />
        <TextInput label="Last host port" {...form.getInputProps('lastPort')} />
        <TextInput
          label="Most memory"
          description="every container must then set a limit"
          placeholder="not required"
          {...form.getInputProps('memory')}
        />
        <TextInput
          label="Most processes"
          description="every container must then set a limit"
          placeholder="not required"
          {...form.getInputProps('pids')}
        />
      </SimpleGrid>
    </Stack>
  );
}
