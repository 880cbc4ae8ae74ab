import { socketUrl } from '@/api/socket';
import type { ReceivedLine } from './buffer';
import { sinceSeconds } from './since';

export interface LogQuery {
  tail: string;
  /** As sinceSeconds reads it. */
  since: string;
  stdout: boolean;
  stderr: boolean;
}

interface Message {
  lines?: ReceivedLine[];
  size?: number;
  end?: boolean;
  error?: { message: string };
}

export interface LogHandlers {
  onLines: (lines: ReceivedLine[]) => void;
  onEnd: () => void;
  onError: (message: string) => void;
}

function address(container: string, { tail, since, stdout, stderr }: LogQuery): string {
  const seconds = sinceSeconds(since, Date.now());
  const query = new URLSearchParams({
    follow: '1',
    stdout: stdout ? '1' : '0',
    stderr: stderr ? '1' : '0',
    tail,
    ...(seconds !== null && { since: String(seconds) }),
  });
  return socketUrl(`/ws/containers/${container}/logs?${query.toString()}`);
}

/**
 * Follow a container's log. Lines are acknowledged only once they were taken, so that a slow page
 * slows the host down instead of filling up. Returns the function that ends it.
 */
export function followLogs(container: string, query: LogQuery, handlers: LogHandlers): () => void {
  const socket = new WebSocket(address(container, query));
  let isOver = false;
  socket.onmessage = ({ data }: MessageEvent<string>) => {
    const message = JSON.parse(data) as Message;
    if (message.lines) {
      handlers.onLines(message.lines);
      socket.send(JSON.stringify({ ack: message.size ?? 0 }));
    } else if (message.end) {
      isOver = true;
      handlers.onEnd();
    } else if (message.error) {
      isOver = true;
      handlers.onError(message.error.message);
    }
  };
  socket.onclose = () => {
    if (!isOver) handlers.onError('The connection to the log broke off.');
  };
  return () => {
    isOver = true;
    socket.close();
  };
}
