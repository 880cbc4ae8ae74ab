import { NativeSelect } from '@mantine/core';
import { useMay } from '@/features/session/permissions';
import { useUsers } from './queries';

interface Props {
  /** What one must be allowed to do to see other people's. */
  permission: string;
  label: string;
  value: string;
  onChange: (user: string) => void;
}

/** Whose tokens or sessions are shown; nothing to choose where one may see only one's own. */
export function WhoseSelect({ permission, label, value, onChange }: Props) {
  const may = useMay();
  if (!may(permission, {}) || !may('view:user')) return null;
  return <Choice label={label} value={value} onChange={onChange} />;
}

function Choice({ label, value, onChange }: Omit<Props, 'permission'>) {
  const users = useUsers().data ?? [];
  return (
    <NativeSelect
      size="xs"
      aria-label={label}
      data={[{ value: '', label: 'my own' }, ...users.map(({ username }) => username)]}
      value={value}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}
