// Small signs that are icon, words and colour together: none of them is needed alone.
import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  Info,
  type LucideIcon,
  OctagonAlert,
  RotateCcw,
  TriangleAlert,
} from "lucide-react";
import type { Batch, Dataset, Incident } from "../api/types";
import { title } from "../lib/format";

const SEVERITIES: Record<string, { icon: LucideIcon; tone: string }> = {
  critical: { icon: OctagonAlert, tone: "bg-critical-soft text-critical" },
  high: { icon: TriangleAlert, tone: "bg-high-soft text-high" },
  medium: { icon: CircleAlert, tone: "bg-medium-soft text-medium" },
  low: { icon: Info, tone: "bg-low-soft text-low" },
};
const UNGRADED = { icon: CircleDashed, tone: "bg-sunken text-muted" };

const PILL = "inline-flex shrink-0 items-center gap-1 rounded-full px-2 py-0.5 text-[11.5px] font-semibold whitespace-nowrap";

export const severityOf = (name: string | null | undefined) => (name ? (SEVERITIES[name] ?? UNGRADED) : UNGRADED);

export function SeverityBadge({ severity }: { severity: string | null | undefined }) {
  const { icon: Icon, tone } = severityOf(severity);
  return (
    <span className={`${PILL} ${tone}`}>
      <Icon size={12} strokeWidth={2.4} aria-hidden />
      {severity ? title(severity) : "Undecided"}
    </span>
  );
}

const STATUSES: Record<Batch["status"], { icon: LucideIcon; tone: string }> = {
  received: { icon: CircleDashed, tone: "bg-sunken text-muted" },
  profiled: { icon: CircleDashed, tone: "bg-sunken text-muted" },
  detected: { icon: CircleDashed, tone: "bg-accent-soft text-accent-ink" },
  healing: { icon: CircleDashed, tone: "bg-accent-soft text-accent-ink" },
  validating: { icon: CircleDashed, tone: "bg-accent-soft text-accent-ink" },
  published: { icon: CircleCheck, tone: "bg-good-soft text-good" },
  held: { icon: CirclePause, tone: "bg-medium-soft text-medium" },
  failed: { icon: CircleX, tone: "bg-critical-soft text-critical" },
  undone: { icon: RotateCcw, tone: "bg-low-soft text-low" },
};

export function StatusBadge({ status }: { status: Batch["status"] }) {
  const { icon: Icon, tone } = STATUSES[status];
  return (
    <span className={`${PILL} ${tone}`} data-status={status}>
      <Icon size={12} strokeWidth={2.4} aria-hidden />
      {title(status)}
    </span>
  );
}

const HEALTH: Record<Dataset["health"], { icon: LucideIcon; tone: string; word: string }> = {
  healthy: { icon: CircleCheck, tone: "text-good", word: "Healthy" },
  warning: { icon: TriangleAlert, tone: "text-medium", word: "Warning" },
  critical: { icon: OctagonAlert, tone: "text-critical", word: "Critical" },
  unknown: { icon: CircleDashed, tone: "text-faint", word: "Not judged yet" },
};

export function HealthSign({ health, words = true }: { health: Dataset["health"]; words?: boolean }) {
  const { icon: Icon, tone, word } = HEALTH[health];
  return (
    <span className={`inline-flex items-center gap-1 text-[12px] font-medium ${tone}`}>
      <Icon size={14} strokeWidth={2.2} aria-hidden />
      <span className={words ? "" : "sr-only"}>{word}</span>
    </span>
  );
}

const STATES: Record<Incident["state"], string> = {
  open: "border-line-strong text-ink",
  acknowledged: "border-line text-muted",
  resolved: "border-transparent bg-good-soft text-good",
};

export function StateBadge({ state }: { state: Incident["state"] }) {
  return <span className={`${PILL} border ${STATES[state]}`}>{title(state)}</span>;
}

export function IssueChip({ type, severity }: { type: string; severity?: string | null }) {
  return (
    <span className="inline-flex items-center gap-1.5 rounded-md border border-line bg-sunken px-1.5 py-0.5 text-[11.5px] font-medium whitespace-nowrap text-muted">
      {severity && <span className={`size-1.5 rounded-full bg-current ${severityOf(severity).tone.split(" ")[1]}`} aria-hidden />}
      {title(type)}
    </span>
  );
}
