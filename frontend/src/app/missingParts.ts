const KEY = 'berth.reloadedAt';
const LEAST_BETWEEN = 10_000;

/**
 * Loads the page anew when a part of it cannot be fetched: Berth was upgraded meanwhile, or the
 * network changed under the browser. Not twice in a row: then the error is shown.
 */
export function reloadWhenPartsAreMissing(): void {
  window.addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - last < LEAST_BETWEEN) return;
    event.preventDefault();
    sessionStorage.setItem(KEY, String(Date.now()));
    window.location.reload();
  });
}
