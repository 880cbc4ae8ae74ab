import { IconPlus, IconFolder } from '@tabler/icons-react';
import { usePermit } from '@/features/session/permissions';
import { DialogButton } from '@/ui/DialogButton';
import { Empty } from '@/ui/Empty';
import { QueryTable } from '@/ui/table/QueryTable';
import { Toolbar } from '@/ui/Toolbar';
import { projectColumns } from './columns';
import { ProjectDialog } from './ProjectDialog';
import { useProjects } from './queries';

export function ProjectsTab() {
  return (
    <>
      <Toolbar>
        <DialogButton
          variant="filled"
          size="xs"
          leftSection={<IconPlus size={16} />}
          {...usePermit('create:project', {})}
          dialog={(close) => <ProjectDialog onClose={close} />}
        >
          New project
        </DialogButton>
      </Toolbar>
      <QueryTable
        label="Projects"
        query={useProjects()}
        columns={projectColumns}
        rowId={(each) => each.id}
        sort="name"
        empty={
          <Empty icon={IconFolder} title="No projects yet">
            A project holds containers, images and networks that others do not see.
          </Empty>
        }
      />
    </>
  );
}
