// The frame around every page.
import { Keyboard, Monitor, Moon, Sun, X } from "lucide-react";
import { type ReactNode, useCallback, useRef } from "react";
import { useKeys } from "../lib/keys";
import { useLive } from "../lib/live";
import { Link, useRoute } from "../lib/router";
import { setTheme, type Theme, useTheme } from "../lib/theme";
import { ConnectionPill, Denied, StaleNotice } from "./Connection";

const PAGES = [
  ["", "Overview"],
  ["incidents", "Incidents"],
  ["datasets", "Data sets"],
  ["system", "System"],
] as const;

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const ICONS = { system: Monitor, light: Sun, dark: Moon };

const KEYS: [string, string][] = [
  ["j / k", "next and previous row"],
  ["Enter", "open the row"],
  ["g then o, i, d, s", "overview, incidents, data sets, system"],
  ["/", "go to the filter"],
  ["?", "this list"],
  ["Esc", "close"],
];

export function Shell({ children }: { children: ReactNode }) {
  const { parts } = useRoute();
  const { theme } = useTheme();
  const state = useLive((live) => live.connection.state);
  const open = useLive((live) => live.board.tiles?.open_incidents ?? 0);
  const help = useRef<HTMLDialogElement>(null);
  const showHelp = useCallback(() => help.current?.showModal(), []);
  useKeys(showHelp);
  const ThemeIcon = ICONS[theme];
  return (
    <>
      <a href="#main" className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-raised focus:px-3 focus:py-2">
        Skip to content
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-bg/85 backdrop-blur-md">
        <div className="mx-auto flex h-14 max-w-[1480px] items-center gap-3 px-4 sm:gap-6 sm:px-6">
          <Link to="" className="flex shrink-0 items-center gap-2.5" aria-label="dqheal, overview">
            <svg viewBox="0 0 32 32" className="size-7" aria-hidden>
              <rect width="32" height="32" rx="9" className="fill-accent" />
              <path d="M6 17h4.2l2.6-7.5 4.6 13 3.1-8.2 1.4 2.7H26" fill="none" className="stroke-surface" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round" />
            </svg>
            <span className="hidden text-[15px] font-semibold tracking-[-0.02em] sm:block">dqheal</span>
          </Link>
          <nav aria-label="Pages" className="flex min-w-0 flex-1 gap-0.5 overflow-x-auto">
            {PAGES.map(([path, name]) => {
              const here = (parts[0] ?? "") === path;
              return (
                <Link
                  key={path}
                  to={path}
                  aria-current={here ? "page" : undefined}
                  className={`rounded-lg px-3 py-1.5 text-[13.5px] whitespace-nowrap transition-colors ${here ? "bg-surface font-semibold shadow-card" : "text-muted hover:text-ink"}`}
                >
                  {name}
                  {path === "incidents" && open > 0 && (
                    <span className="num ml-1.5 rounded-full bg-critical-soft px-1.5 py-px text-[11px] font-semibold text-critical">{open}</span>
                  )}
                </Link>
              );
            })}
          </nav>
          <div className="flex shrink-0 items-center gap-1.5">
            <ConnectionPill />
            <button type="button" className="hidden rounded-lg p-2 text-muted hover:bg-surface hover:text-ink sm:block" onClick={showHelp} aria-label="Keyboard shortcuts" title="Keyboard shortcuts">
              <Keyboard size={16} aria-hidden />
            </button>
            <button
              type="button"
              className="rounded-lg p-2 text-muted hover:bg-surface hover:text-ink"
              onClick={() => setTheme(NEXT[theme])}
              aria-label={`Colours: ${theme}. Change to ${NEXT[theme]}`}
              title={`Colours: ${theme}`}
            >
              <ThemeIcon size={16} aria-hidden />
            </button>
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="mx-auto max-w-[1480px] px-4 pt-5 pb-16 outline-none sm:px-6">
        {state === "denied" ? (
          <Denied />
        ) : (
          <>
            <StaleNotice />
            <div className={state === "offline" ? "stale" : undefined}>{children}</div>
          </>
        )}
      </main>
      <CriticalAnnouncer />
      <dialog ref={help} className="card m-auto w-[26rem] max-w-[92vw] p-0 text-ink" aria-label="Keyboard shortcuts">
        <header className="flex items-center justify-between px-5 pt-4">
          <h2 className="text-[15px] font-semibold">Keyboard</h2>
          <button type="button" className="rounded-lg p-1.5 text-muted hover:bg-sunken" onClick={() => help.current?.close()} aria-label="Close">
            <X size={16} aria-hidden />
          </button>
        </header>
        <dl className="space-y-2 px-5 pt-2 pb-5 text-[13px]">
          {KEYS.map(([key, what]) => (
            <div key={key} className="flex items-center justify-between gap-4">
              <dt className="rounded-md border border-line bg-sunken px-1.5 py-0.5 font-mono text-[11.5px]">{key}</dt>
              <dd className="text-muted">{what}</dd>
            </div>
          ))}
        </dl>
      </dialog>
    </>
  );
}

const seen = new Set<string>();

function CriticalAnnouncer() {
  const incidents = useLive((live) => live.board.incidents);
  const fresh = Object.values(incidents).filter((i) => i.severity === "critical" && i.state === "open" && !seen.has(i.id));
  fresh.forEach((i) => seen.add(i.id));
  const words = useRef("");
  if (fresh.length) words.current = `Critical: ${fresh[0]!.dataset}, ${fresh[0]!.sentence}`;
  return (
    <p className="sr-only" role="status" aria-live="assertive">
      {words.current}
    </p>
  );
}
