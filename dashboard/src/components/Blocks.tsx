// Cards, and what a card shows when it has nothing, waits, or failed.
import { CircleAlert, type LucideIcon, RefreshCw } from "lucide-react";
import type { ReactNode } from "react";
import { RequestFailed } from "../api/client";

export function Card({
  title,
  aside,
  children,
  className = "",
  label,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
  label?: string;
}) {
  return (
    <section className={`card min-w-0 ${className}`} aria-label={label ?? (typeof title === "string" ? title : undefined)}>
      {title && (
        <header className="flex min-h-12 flex-wrap items-center justify-between gap-x-3 gap-y-1 px-5 pt-4 pb-2">
          <h2 className="text-[14px] font-semibold">{title}</h2>
          {aside && <div className="text-[12px] text-muted">{aside}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

export function Empty({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center px-6 py-9 text-center">
      <span className="mb-3 grid size-10 place-items-center rounded-xl bg-sunken text-faint">
        <Icon size={19} aria-hidden />
      </span>
      <p className="font-medium">{title}</p>
      {children && <div className="mt-1 max-w-sm text-[13px] text-muted">{children}</div>}
    </div>
  );
}

export function Command({ children }: { children: string }) {
  return <code className="mt-2 inline-block rounded-md bg-sunken px-2 py-1 font-mono text-[12px] text-ink">{children}</code>;
}

export function Waiting({ lines = 3 }: { lines?: number }) {
  return (
    <div className="space-y-3 p-5" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className="relative h-4 overflow-hidden rounded bg-sunken" style={{ width: `${92 - index * 14}%` }}>
          <div className="sweep absolute inset-y-0 w-1/3 bg-gradient-to-r from-transparent via-line to-transparent" />
        </div>
      ))}
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const missing = error instanceof RequestFailed && error.status === 404;
  return (
    <div className="flex flex-col items-center px-6 py-10 text-center" role="alert">
      <CircleAlert size={22} className="mb-2 text-high" aria-hidden />
      <p className="font-medium">{missing ? "Not found" : "This could not be read"}</p>
      <p className="mt-1 max-w-md text-[13px] text-muted">{error instanceof Error ? error.message : "The service did not answer."}</p>
      {!missing && (
        <button type="button" className="btn mt-3" onClick={retry}>
          <RefreshCw size={13} aria-hidden /> Try again
        </button>
      )}
    </div>
  );
}

export function Fact({ label, children, wide = false }: { label: string; children: ReactNode; wide?: boolean }) {
  return (
    <div className={`min-w-0 ${wide ? "col-span-2" : ""}`}>
      <dt className="text-[11.5px] text-faint">{label}</dt>
      <dd className="num mt-0.5 truncate font-medium">{children}</dd>
    </div>
  );
}
