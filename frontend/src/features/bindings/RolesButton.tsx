import { usePermit } from '@/features/session/permissions';
import { DialogButton } from '@/ui/DialogButton';
import { BindingsDialog } from './BindingsDialog';
import type { Side } from './side';

export function RolesButton({ side }: { side: Side }) {
  return (
    <DialogButton
      aria-label={`Roles of ${side.name}`}
      {...usePermit('view:binding')}
      dialog={(close) => <BindingsDialog side={side} onClose={close} />}
    >
      Roles…
    </DialogButton>
  );
}
