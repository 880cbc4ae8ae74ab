import type { ContainerRequest } from '@/api/types';
import { parseBytes } from '@/lib/format';
import { splitWords, UnclosedQuote } from '@/lib/shell';
import type { FormValues, PairRow } from './formValues';

/** The words of the command, or null where the image's own is meant or the text is not complete. */
function commandWords(text: string): string[] | null {
  try {
    const words = splitWords(text);
    return words.length > 0 ? words : null;
  } catch (error) {
    if (error instanceof UnclosedQuote) return null;
    throw error;
  }
}

function named(rows: PairRow[]): PairRow[] {
  return rows.filter((row) => row.name.trim() !== '');
}

/** The request that *values* mean. Empty fields are left out, so that the defaults stay the platform's. */
export function toRequest(values: FormValues): ContainerRequest {
  const env = named(values.env).map((row) => `${row.name.trim()}=${row.value}`);
  const labels = Object.fromEntries(
    named(values.labels).map((row) => [row.name.trim(), row.value]),
  );
  const ports = values.ports
    .filter((row) => row.container !== '')
    .map((row) => ({
      container_port: Number(row.container),
      host_port: Number(row.host),
      host_address: '0.0.0.0',
      protocol: row.protocol,
    }));
  const resources = {
    ...(values.memory && { memory: parseBytes(values.memory) }),
    ...(values.cpus && { cpus: Number(values.cpus) }),
    ...(values.pids && { pids: Number(values.pids) }),
  };
  const command = commandWords(values.command);
  return {
    host: values.host,
    start: values.isStarted,
    name: values.name.trim(),
    image: values.image.trim(),
    network: values.network,
    ...(command && { command }),
    ...(env.length > 0 && { env }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(ports.length > 0 && { ports }),
    ...(Object.keys(resources).length > 0 && { resources }),
    ...(values.user && { user: values.user }),
    ...(values.workingDir && { working_dir: values.workingDir }),
    ...(values.hostname && { hostname: values.hostname }),
    ...(values.isTty && { tty: true }),
  };
}
