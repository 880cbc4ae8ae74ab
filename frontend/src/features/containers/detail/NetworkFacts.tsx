import type { Container } from '@/api/types';
import { Fact, Facts } from '@/ui/Facts';
import { Mono } from '@/ui/Mono';
import { Ports } from '../Ports';

export function NetworkFacts({ container }: { container: Container }) {
  return (
    <Facts>
      <Fact name="Ports">
        <Ports ports={container.ports} />
      </Fact>
      {container.endpoints.length === 0 && <Fact name="Network">{container.spec.network}</Fact>}
      {container.endpoints.map((endpoint) => (
        <Fact key={endpoint.network} name={endpoint.network}>
          <Mono copy="the address">{endpoint.address}</Mono> via <Mono>{endpoint.gateway}</Mono>
          <br />
          <Mono>{endpoint.mac}</Mono>
        </Fact>
      ))}
      {container.spec.hostname && <Fact name="Host name">{container.spec.hostname}</Fact>}
    </Facts>
  );
}
