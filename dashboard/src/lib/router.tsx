// A router of forty lines: paths below the page's base address, filters in the query.
import { type AnchorHTMLAttributes, type MouseEvent, useMemo, useSyncExternalStore } from "react";
import { address } from "../api/client";

const listeners = new Set<() => void>();
const notify = (): void => listeners.forEach((listener) => listener());
window.addEventListener("popstate", notify);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function navigate(to: string, replace = false): void {
  const url = address(to);
  if (url.href === location.href) return;
  history[replace ? "replaceState" : "pushState"](null, "", url);
  notify();
  if (!replace) window.scrollTo(0, 0);
}

export interface Route {
  parts: string[];
  query: URLSearchParams;
}

export function useRoute(): Route {
  const href = useSyncExternalStore(subscribe, () => location.href);
  return useMemo(() => {
    const url = new URL(href);
    const base = new URL(document.baseURI).pathname;
    const path = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : url.pathname.slice(1);
    return { parts: path.split("/").filter(Boolean).map(decodeURIComponent), query: url.searchParams };
  }, [href]);
}

export function setQuery(name: string, value: string | null): void {
  const url = new URL(location.href);
  if (value) url.searchParams.set(name, value);
  else url.searchParams.delete(name);
  history.replaceState(null, "", url);
  notify();
}

export function Link({ to, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { to: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a {...rest} href={address(to).href} onClick={follow} />;
}
