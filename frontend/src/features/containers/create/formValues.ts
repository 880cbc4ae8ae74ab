import type { UseFormReturnType } from '@mantine/form';

export interface PortRow {
  key: string;
  host: string;
  container: string;
  protocol: 'tcp' | 'udp';
}

export interface PairRow {
  key: string;
  name: string;
  value: string;
}

/** What the form holds: text as typed, turned into a request by toRequest. */
export interface FormValues {
  host: string;
  name: string;
  image: string;
  command: string;
  env: PairRow[];
  labels: PairRow[];
  ports: PortRow[];
  memory: string;
  cpus: string;
  pids: string;
  network: string;
  user: string;
  workingDir: string;
  hostname: string;
  isTty: boolean;
  isStarted: boolean;
}

export type ContainerForm = UseFormReturnType<FormValues>;

export const EMPTY: FormValues = {
  host: '',
  name: '',
  image: '',
  command: '',
  env: [],
  labels: [],
  ports: [],
  memory: '',
  cpus: '',
  pids: '',
  network: 'bridge',
  user: '',
  workingDir: '',
  hostname: '',
  isTty: false,
  isStarted: true,
};
