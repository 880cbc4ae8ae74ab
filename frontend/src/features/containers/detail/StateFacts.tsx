import type { Container } from '@/api/types';
import { shortId } from '@/lib/format';
import { Fact, Facts } from '@/ui/Facts';
import { Mono } from '@/ui/Mono';
import { RelativeTime } from '@/ui/RelativeTime';
import { ContainerStatus } from '../ContainerStatus';
import { exitReason } from '../state';
import { ImageLink } from './ImageLink';

export function StateFacts({ container }: { container: Container }) {
  return (
    <Facts>
      <Fact name="State">
        <ContainerStatus container={container} />
      </Fact>
      {container.state === 'exited' && (
        <Fact name="Exit code">
          {container.exit_code ?? '?'} – {exitReason(container)}
        </Fact>
      )}
      <Fact name="Created">
        <RelativeTime time={container.created_at} />
      </Fact>
      <Fact name="Started">
        <RelativeTime time={container.started_at} />
      </Fact>
      {container.finished_at && (
        <Fact name="Finished">
          <RelativeTime time={container.finished_at} />
        </Fact>
      )}
      <Fact name="Image">
        <ImageLink container={container} />
      </Fact>
      <Fact name="Id">
        <Mono copy="the whole id" value={container.id}>
          {shortId(container.id)}
        </Mono>
      </Fact>
      <Fact name="Host">{container.host.name}</Fact>
      <Fact name="Project">{container.project}</Fact>
    </Facts>
  );
}
