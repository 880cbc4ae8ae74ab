import { Checkbox, Group, Stack, Text } from '@mantine/core';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { usePermissions } from './queries';
import { byKind, withPermission, type KindPermissions } from './byKind';

interface Props {
  value: string[];
  isLocked?: boolean;
  onChange: (permissions: string[]) => void;
}

/** Every permission there is, a line for each kind of object. */
export function PermissionPicker(props: Props) {
  const permissions = usePermissions();
  if (permissions.isPending) return <Loading what="permissions" />;
  if (permissions.isLoadingError)
    return <Failure what="Permissions could not be read" error={permissions.error} />;
  return (
    <Stack gap={6}>
      {byKind(permissions.data).map((group) => (
        <KindLine key={group.kind} group={group} {...props} />
      ))}
    </Stack>
  );
}

function KindLine({
  group,
  value,
  isLocked = false,
  onChange,
}: Props & { group: KindPermissions }) {
  return (
    <Group gap="sm" role="group" aria-label={group.kind} align="flex-start">
      <Text size="xs" fw={600} w={90}>
        {group.kind}
      </Text>
      <Group gap="sm" flex={1} miw={200}>
        {group.permissions.map(({ name, verb }) => (
          <Checkbox
            key={name}
            size="xs"
            label={verb.replaceAll('_', ' ')}
            checked={value.includes(name)}
            disabled={isLocked}
            onChange={(event) => {
              onChange(withPermission(value, name, event.currentTarget.checked));
            }}
          />
        ))}
      </Group>
    </Group>
  );
}
