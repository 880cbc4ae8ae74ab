import { Button, Menu, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconDots,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconSkull,
  IconTrash,
} from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import type { Container } from '@/api/types';
import { useScopedPath } from '@/features/hosts/scope';
import { useOpenOperation } from '@/features/operations/queries';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { useContainerVerb, type Verb } from '../queries';
import { RemovalLoss } from '../RemovalLoss';
import { isRunning } from '../state';

export function ContainerActions({ container }: { container: Container }) {
  const verb = useContainerVerb();
  const open = useOpenOperation(container.id);
  const [isAsking, asking] = useDisclosure(false);
  const isBusy = verb.isPending || open !== undefined;
  const act = (name: Verb) => {
    verb.mutate({ verb: name, id: container.id });
  };
  return (
    <>
      {open && (
        <Text size="sm" c="dimmed" role="status">
          {open.state}…
        </Text>
      )}
      {isRunning(container) ? (
        <RunningButtons isBusy={isBusy} onAct={act} />
      ) : (
        <Button
          leftSection={<IconPlayerPlay size={15} />}
          loading={isBusy}
          onClick={() => {
            act('start');
          }}
        >
          Start
        </Button>
      )}
      <MoreMenu
        canKill={isRunning(container)}
        onKill={() => {
          act('kill');
        }}
        onRemove={asking.open}
      />
      <RemoveDialog container={container} opened={isAsking} onClose={asking.close} />
    </>
  );
}

function RunningButtons({ isBusy, onAct }: { isBusy: boolean; onAct: (verb: Verb) => void }) {
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={15} />}
        loading={isBusy}
        onClick={() => {
          onAct('stop');
        }}
      >
        Stop
      </Button>
      <Button
        variant="default"
        leftSection={<IconRefresh size={15} />}
        disabled={isBusy}
        onClick={() => {
          onAct('restart');
        }}
      >
        Restart
      </Button>
    </>
  );
}

interface MoreProps {
  canKill: boolean;
  onKill: () => void;
  onRemove: () => void;
}

function MoreMenu({ canKill, onKill, onRemove }: MoreProps) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" px={8} aria-label="More actions">
          <IconDots size={16} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconSkull size={15} />} disabled={!canKill} onClick={onKill}>
          Kill at once (SIGKILL)
        </Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={onRemove}>
          Remove…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface RemoveProps {
  container: Container;
  opened: boolean;
  onClose: () => void;
}

function RemoveDialog({ container, opened, onClose }: RemoveProps) {
  const navigate = useNavigate();
  const scoped = useScopedPath();
  const verb = useContainerVerb();
  const remove = () => {
    verb.mutate(
      { verb: 'remove', id: container.id },
      {
        onSuccess: () => {
          onClose();
          void navigate(scoped('/containers'));
        },
      },
    );
  };
  return (
    <ConfirmDialog
      opened={opened}
      title={`Remove ${container.name}`}
      confirm="Remove"
      busy={verb.isPending}
      onConfirm={remove}
      onClose={onClose}
    >
      <RemovalLoss containers={[container]} />
    </ConfirmDialog>
  );
}
