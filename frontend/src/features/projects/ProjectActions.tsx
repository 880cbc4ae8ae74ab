import { Group } from '@mantine/core';
import type { Project } from '@/api/types';
import { RolesButton } from '@/features/bindings/RolesButton';
import { usePermit } from '@/features/session/permissions';
import { DialogButton } from '@/ui/DialogButton';
import { RemoveButton } from '@/ui/RemoveButton';
import { PolicyDialog } from './PolicyDialog';

import { useRemoveProject } from './queries';
import { RenameDialog } from './RenameDialog';

export function ProjectActions({ project }: { project: Project }) {
  const { id, name } = project;
  const removal = useRemoveProject();
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <DialogButton
        aria-label={`Policy of ${name}`}
        {...usePermit('view:policy', { project: id })}
        dialog={(close) => <PolicyDialog project={project} onClose={close} />}
      >
        Policy…
      </DialogButton>
      <RolesButton side={{ kind: 'project', id, name }} />
      <DialogButton
        aria-label={`Rename ${name}`}
        {...usePermit('update:project', { project: id })}
        dialog={(close) => <RenameDialog project={project} onClose={close} />}
      >
        Rename…
      </DialogButton>
      <RemoveButton
        name={name}
        loss="Its registries and the roles held in it go with it. It is refused while it has containers or images."
        removal={removal}
        id={id}
        permit={usePermit('delete:project', { project: id })}
      />
    </Group>
  );
}
