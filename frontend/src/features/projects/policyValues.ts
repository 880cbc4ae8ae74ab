import type { FormErrors } from '@mantine/form';
import type { Policy } from '@/api/types';
import { formatBytes, parseBytes } from '@/lib/format';

/** The policy as its form holds it: an empty list or text is no rule. */
export interface PolicyValues {
  privileged: boolean;
  host_network: boolean;
  host_user_namespace: boolean;
  unconfined_seccomp: boolean;
  no_new_privileges: boolean;
  capabilities: string[];
  firstPort: string;
  lastPort: string;
  host_addresses: string[];
  registries: string[];
  hosts: string[];
  memory: string;
  pids: string;
}

const LAST_PORT = 65_535;

function sizeText(bytes: number | null): string {
  if (bytes === null) return '';
  const text = formatBytes(bytes);
  return parseBytes(text) === bytes ? text : String(bytes);
}

export function valuesOfPolicy(policy: Policy): PolicyValues {
  const { ports, max_memory, max_pids, host_addresses, registries, hosts, ...same } = policy;
  return {
    ...same,
    firstPort: String(ports.first),
    lastPort: String(ports.last),
    host_addresses: host_addresses ?? [],
    registries: registries ?? [],
    hosts: hosts ?? [],
    memory: sizeText(max_memory),
    pids: max_pids === null ? '' : String(max_pids),
  };
}

function orAny(list: string[]): string[] | null {
  return list.length > 0 ? list : null;
}

export function policyOf(values: PolicyValues): Policy {
  const { firstPort, lastPort, memory, pids, ...same } = values;
  return {
    ...same,
    ports: { first: Number(firstPort), last: Number(lastPort) },
    host_addresses: orAny(values.host_addresses),
    registries: orAny(values.registries),
    hosts: orAny(values.hosts),
    max_memory: memory === '' ? null : parseBytes(memory),
    max_pids: pids === '' ? null : Number(pids),
  };
}

function portProblem(text: string): string | null {
  const port = Number(text);
  return Number.isInteger(port) && port >= 1 && port <= LAST_PORT ? null : `1 to ${LAST_PORT}`;
}

export function validatePolicy(values: PolicyValues): FormErrors {
  const { firstPort, lastPort, memory, pids } = values;
  const isTurned = Number(firstPort) > Number(lastPort);
  const problems = {
    firstPort: portProblem(firstPort),
    lastPort: portProblem(lastPort) ?? (isTurned ? 'Not below the first one' : null),
    memory: memory && parseBytes(memory) === null ? 'Write a size such as 512 MiB' : null,
    pids: pids && !(Number.isInteger(Number(pids)) && Number(pids) > 0) ? 'Above 0' : null,
  };
  return Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem));
}
