// What the line to the service is doing, in words.
import { KeyRound, LoaderCircle, PlugZap, RefreshCw, WifiOff } from "lucide-react";
import { type FormEvent, useState } from "react";
import { setToken } from "../api/client";
import { useNow } from "../lib/clock";
import { moment } from "../lib/format";
import { connect, useLive } from "../lib/live";

const PILL = "inline-flex items-center gap-1.5 rounded-full px-2.5 py-1 text-[12px] font-medium whitespace-nowrap";

export function ConnectionPill() {
  const connection = useLive((live) => live.connection);
  const now = useNow();
  const wait = "retryAt" in connection ? Math.max(0, Math.ceil((connection.retryAt - now) / 1000)) : 0;
  const body = (() => {
    switch (connection.state) {
      case "live":
        return (
          <span className={`${PILL} bg-good-soft text-good`}>
            <span className="size-2 rounded-full bg-current" aria-hidden /> Live
            {connection.rttMs != null && <span className="num font-normal">{Math.max(1, Math.round(connection.rttMs))} ms</span>}
          </span>
        );
      case "connecting":
      case "resyncing":
        return (
          <span className={`${PILL} bg-accent-soft text-accent-ink`}>
            <LoaderCircle size={13} className="animate-spin" aria-hidden /> {connection.state === "connecting" ? "Connecting" : "Catching up"}
          </span>
        );
      case "reconnecting":
      case "offline":
        return (
          <button type="button" onClick={connect} className={`${PILL} bg-medium-soft text-medium`} title="Try now">
            {connection.state === "offline" ? <WifiOff size={13} aria-hidden /> : <RefreshCw size={13} aria-hidden />}
            {connection.state === "offline" ? "Offline" : "Reconnecting"}
            <span className="num font-normal">{wait > 0 ? `in ${wait} s` : "now"}</span>
          </button>
        );
      case "denied":
        return (
          <span className={`${PILL} bg-critical-soft text-critical`}>
            <KeyRound size={13} aria-hidden /> Not allowed
          </span>
        );
    }
  })();
  return (
    <div data-connection={connection.state} aria-live="polite">
      {body}
    </div>
  );
}

export function StaleNotice() {
  const state = useLive((live) => live.connection.state);
  const asOf = useLive((live) => live.board.asOf);
  if (state !== "offline" || !asOf) return null;
  return (
    <div className="mb-4 flex items-center gap-2 rounded-xl bg-medium-soft px-4 py-2.5 text-[13px] text-medium" role="status">
      <PlugZap size={15} aria-hidden />
      <span>
        The service does not answer. What you see is as of <strong className="font-semibold">{moment(asOf)}</strong>; it catches up by itself.
      </span>
    </div>
  );
}

export function Denied() {
  const connection = useLive((live) => live.connection);
  const [value, setValue] = useState("");
  if (connection.state !== "denied") return null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!value.trim()) return;
    setToken(value.trim());
    connect();
  };
  return (
    <div className="mx-auto max-w-md pt-20">
      <div className="card p-7">
        <KeyRound size={22} className="mb-3 text-accent" aria-hidden />
        <h1 className="text-[17px] font-semibold">{connection.wantsToken ? "This service asks for a token" : "This page may not connect"}</h1>
        {connection.wantsToken ? (
          <form onSubmit={submit} className="mt-4 space-y-3">
            <label className="block text-[13px] text-muted" htmlFor="token">
              The value of <code className="font-mono">service.token</code>. It is kept until this tab is closed.
            </label>
            <input id="token" type="password" autoComplete="current-password" className="field w-full" value={value} onChange={(e) => setValue(e.target.value)} />
            <button type="submit" className="btn">
              Connect
            </button>
          </form>
        ) : (
          <p className="mt-2 text-[13px] text-muted">
            Its origin is not allowed. Add <code className="font-mono">{location.origin}</code> to <code className="font-mono">service.allowed_origins</code> and
            reload.
          </p>
        )}
      </div>
    </div>
  );
}
