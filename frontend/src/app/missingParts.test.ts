import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { reloadWhenPartsAreMissing } from './missingParts';

const reload = vi.fn();
const page = Object.assign(new EventTarget(), { location: { reload } });

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('window', page);
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function failToLoad(): Event {
  const event = new Event('vite:preloadError', { cancelable: true });
  page.dispatchEvent(event);
  return event;
}

it('loads the page anew once, and shows the error of a second failure right after', () => {
  reloadWhenPartsAreMissing();
  expect(failToLoad().defaultPrevented).toBe(true);
  expect(reload).toHaveBeenCalledTimes(1);
  expect(failToLoad().defaultPrevented).toBe(false);
  expect(reload).toHaveBeenCalledTimes(1);
});
