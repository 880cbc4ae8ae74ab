import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventSocket } from './socket';

class FakeWebSocket {
  static made: FakeWebSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {
    FakeWebSocket.made.push(this);
  }
  close(): void {
    this.onclose?.({ code: 1000 });
  }
}

describe('EventSocket', () => {
  const heard: string[] = [];
  let socket: EventSocket;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeWebSocket);
    FakeWebSocket.made = [];
    heard.length = 0;
    socket = new EventSocket('ws://x/ws/events', {
      onChange: (change) => heard.push(`change ${change.id}`),
      onState: (state) => heard.push(state),
      onCatchUp: () => heard.push('catch up'),
    });
    socket.open();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('hands on changes and does not catch up on the first opening', () => {
    FakeWebSocket.made[0]?.onopen?.();
    FakeWebSocket.made[0]?.onmessage?.({ data: '{"kind":"container","id":"a"}' });
    expect(heard).toEqual(['live', 'change a']);
  });

  it('comes back after a cut, waiting longer each time, and catches up', () => {
    FakeWebSocket.made[0]?.onopen?.();
    FakeWebSocket.made[0]?.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(250);
    FakeWebSocket.made[1]?.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(499);
    expect(FakeWebSocket.made).toHaveLength(2);
    vi.advanceTimersByTime(1);
    FakeWebSocket.made[2]?.onopen?.();
    expect(heard).toEqual(['live', 'lost', 'lost', 'live', 'catch up']);
  });

  it('opens anew at once when the platform says that changes were missed', () => {
    FakeWebSocket.made[0]?.onopen?.();
    FakeWebSocket.made[0]?.onclose?.({ code: 4409 });
    FakeWebSocket.made[1]?.onopen?.();
    expect(heard).toEqual(['live', 'live', 'catch up']);
  });

  it('stays closed when it was closed on purpose', () => {
    socket.close();
    vi.advanceTimersByTime(60_000);
    expect(FakeWebSocket.made).toHaveLength(1);
  });
});
