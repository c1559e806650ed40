// How far a batch has come: detect > decide > remediate > validate > publish.
import { Check, Minus, Pause, X } from "lucide-react";
import type { Stage } from "../api/types";
import { seconds, title } from "../lib/format";

const NAMES: Record<string, string> = { heal: "Remediate" };
const nameOf = (stage: string): string => NAMES[stage] ?? title(stage);

const DOTS: Record<Stage["state"], string> = {
  waiting: "border-line-strong bg-surface text-faint",
  running: "border-accent bg-accent-soft text-accent",
  done: "border-accent bg-accent text-surface",
  skipped: "border-line-strong bg-sunken text-faint",
  held: "border-medium bg-medium-soft text-medium",
  failed: "border-critical bg-critical-soft text-critical",
};

const WORDS: Record<Stage["state"], string> = {
  waiting: "waiting",
  running: "running",
  done: "done",
  skipped: "not needed",
  held: "held",
  failed: "failed",
};

function Dot({ state, size }: { state: Stage["state"]; size: number }) {
  const icon = Math.round(size * 0.58);
  return (
    <span className={`relative grid shrink-0 place-items-center rounded-full border-[1.5px] ${DOTS[state]}`} style={{ width: size, height: size }}>
      {state === "done" && <Check size={icon} strokeWidth={3.2} aria-hidden />}
      {state === "skipped" && <Minus size={icon} strokeWidth={3} aria-hidden />}
      {state === "held" && <Pause size={icon} strokeWidth={3} aria-hidden />}
      {state === "failed" && <X size={icon} strokeWidth={3.2} aria-hidden />}
      {state === "running" && <span className="beat size-1/2 rounded-full bg-accent" />}
    </span>
  );
}

const reached = (state: Stage["state"]): boolean => state !== "waiting";

export function CompactStepper({ stages }: { stages: Stage[] }) {
  return (
    <ol className="flex w-full items-start" aria-label="Progress">
      {stages.map((stage, index) => (
        <li key={stage.stage} className="relative flex min-w-0 flex-1 flex-col items-center gap-1" data-stage={stage.stage} data-state={stage.state}>
          {index > 0 && (
            <span
              className={`absolute top-2 right-[calc(50%+12px)] left-[calc(-50%+12px)] h-[1.5px] rounded ${reached(stage.state) ? "bg-accent/60" : "bg-line"}`}
              aria-hidden
            />
          )}
          <Dot state={stage.state} size={17} />
          <span className={`truncate text-[11px] leading-tight ${stage.state === "running" ? "font-semibold text-accent-ink" : "text-muted"}`}>
            {nameOf(stage.stage)}
          </span>
          <span className="num text-[10.5px] leading-none text-faint">
            {stage.state === "done" && stage.seconds != null ? seconds(stage.seconds) : stage.state === "waiting" ? "\u00a0" : WORDS[stage.state]}
          </span>
          <span className="sr-only">{WORDS[stage.state]}</span>
        </li>
      ))}
    </ol>
  );
}

export function WideStepper({ stages }: { stages: Stage[] }) {
  return (
    <ol className="grid gap-y-4 sm:grid-flow-col sm:auto-cols-fr" aria-label="Progress">
      {stages.map((stage, index) => (
        <li key={stage.stage} className="relative flex gap-3 sm:flex-col sm:gap-2" data-stage={stage.stage} data-state={stage.state}>
          {index < stages.length - 1 && (
            <span
              className={`absolute top-[13px] left-[34px] hidden h-[2px] w-[calc(100%-42px)] rounded sm:block ${reached(stages[index + 1]!.state) ? "bg-accent/60" : "bg-line"}`}
              aria-hidden
            />
          )}
          <Dot state={stage.state} size={27} />
          <div className="min-w-0 pr-4">
            <p className={`text-[13px] font-semibold ${stage.state === "waiting" ? "text-faint" : ""}`}>{nameOf(stage.stage)}</p>
            <p className="num text-[12px] text-muted">
              {WORDS[stage.state]}
              {stage.seconds != null && stage.state !== "skipped" && <> · {seconds(stage.seconds)}</>}
            </p>
            {stage.note && <p className="mt-0.5 text-[12px] leading-snug text-muted">{stage.note}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
