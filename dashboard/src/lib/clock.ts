// One clock for all "n seconds ago": ticks once a second, and not at all when nobody looks.
import { useSyncExternalStore } from "react";

let now = Date.now();
const listeners = new Set<() => void>();

setInterval(() => {
  if (document.hidden) return;
  now = Date.now();
  listeners.forEach((listener) => listener());
}, 1000);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
