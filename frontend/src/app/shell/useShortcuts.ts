import { useEffect, useRef } from 'react';
import { useNavigate } from 'react-router';
import { useScopedPath } from '@/features/scope/scope';
import { PLACES } from './places';

interface Actions {
  onPalette: () => void;
  onHelp: () => void;
}

const JUMP_WITHIN = 1200;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function isPaletteKey(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k';
}

/** Ctrl/Cmd-K anywhere; `/`, `?` and `g` + letter outside of fields. */
export function useShortcuts({ onPalette, onHelp }: Actions): void {
  const navigate = useNavigate();
  const scoped = useScopedPath();
  const jumpSince = useRef(-Infinity);
  useEffect(() => {
    function onPlainKey(event: KeyboardEvent): boolean {
      const isJump = event.timeStamp - jumpSince.current < JUMP_WITHIN;
      jumpSince.current = event.key === 'g' ? event.timeStamp : -Infinity;
      const place = isJump && PLACES.find(({ key }) => key === event.key);
      if (place) void navigate(scoped(place.path));
      else if (event.key === '?') onHelp();
      else if (event.key === '/') document.querySelector<HTMLElement>('[data-filter]')?.focus();
      else return false;
      return true;
    }
    function onKey(event: KeyboardEvent): void {
      if (isPaletteKey(event)) {
        event.preventDefault();
        onPalette();
        return;
      }
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (onPlainKey(event)) event.preventDefault();
    }
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, [navigate, scoped, onPalette, onHelp]);
}
