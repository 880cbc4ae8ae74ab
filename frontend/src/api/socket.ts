export type ConnectionState = 'connecting' | 'live' | 'lost';

export interface Change {
  kind: string;
  id: string;
  action: string;
  version: number;
  /** Id of the host it is on. */
  host: string;
  /** Id of the project it is in; empty outside of projects. */
  project: string;
  /** The object after the change, as REST shows it; null once it is gone. */
  object: unknown;
}

interface Handlers {
  onChange: (change: Change) => void;
  onState: (state: ConnectionState) => void;
  /** The socket is open again after a gap: whatever happened in between was not heard. */
  onCatchUp: () => void;
}

/** Close code: changes were missed, open anew and read what is shown again. */
const RESYNC = 4409;
const FIRST_RETRY = 250;
const LAST_RETRY = 10_000;

/** One websocket for all changes; comes back by itself, waiting longer each time. */
export class EventSocket {
  private socket: WebSocket | null = null;
  private retry = FIRST_RETRY;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private opened = false;

  constructor(
    private readonly url: string,
    private readonly handlers: Handlers,
  ) {}

  open(): void {
    clearTimeout(this.timer);
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.retry = FIRST_RETRY;
      this.handlers.onState('live');
      if (this.opened) this.handlers.onCatchUp();
      this.opened = true;
    };
    socket.onmessage = (message: MessageEvent<string>) => {
      this.handlers.onChange(JSON.parse(message.data) as Change);
    };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      if (code === RESYNC && this.retry === FIRST_RETRY) this.open();
      else this.retryLater();
    };
  }

  close(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private retryLater(): void {
    this.handlers.onState('lost');
    this.timer = setTimeout(() => {
      this.open();
    }, this.retry);
    this.retry = Math.min(this.retry * 2, LAST_RETRY);
  }
}

/** The address of a websocket of the platform that served this page. */
export function socketUrl(path: string): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${location.host}${path}`;
}
