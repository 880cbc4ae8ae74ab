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
import { useScopedPath } from '@/features/scope/scope';
import { useOpenOperation } from '@/features/operations/queries';
import type { Permit } from '@/features/session/permissions';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { useVerbPermit } from '../permit';
import { useContainerVerb, type Verb } from '../queries';
import { RemovalLoss } from '../RemovalLoss';
import { isRunning } from '../state';

export function ContainerActions({ container }: { container: Container }) {
  const verb = useContainerVerb();
  const open = useOpenOperation(container.id);
  const [isAsking, asking] = useDisclosure(false);
  const isBusy = verb.isPending || open !== undefined;
  const permit = useVerbPermit([container]);
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
        <RunningButtons isBusy={isBusy} permit={permit} onAct={act} />
      ) : (
        <Button
          leftSection={<IconPlayerPlay size={15} />}
          loading={isBusy}
          {...permit('start')}
          onClick={() => {
            act('start');
          }}
        >
          Start
        </Button>
      )}
      <MoreMenu
        canKill={isRunning(container)}
        permit={permit}
        onKill={() => {
          act('kill');
        }}
        onRemove={asking.open}
      />
      <RemoveDialog container={container} opened={isAsking} onClose={asking.close} />
    </>
  );
}

interface RunningProps {
  isBusy: boolean;
  permit: (verb: Verb) => Permit;
  onAct: (verb: Verb) => void;
}

function RunningButtons({ isBusy, permit, onAct }: RunningProps) {
  const restart = permit('restart');
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={15} />}
        loading={isBusy}
        {...permit('stop')}
        onClick={() => {
          onAct('stop');
        }}
      >
        Stop
      </Button>
      <Button
        variant="default"
        leftSection={<IconRefresh size={15} />}
        disabled={isBusy || restart.disabled}
        title={restart.title}
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
  permit: (verb: Verb) => Permit;
  onKill: () => void;
  onRemove: () => void;
}

function MoreMenu({ canKill, permit, onKill, onRemove }: MoreProps) {
  const kill = permit('kill');
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" px={8} aria-label="More actions">
          <IconDots size={16} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconSkull size={15} />}
          disabled={!canKill || kill.disabled}
          title={kill.title}
          onClick={onKill}
        >
          Kill at once (SIGKILL)
        </Menu.Item>
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={15} />}
          onClick={onRemove}
          {...permit('remove')}
        >
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
