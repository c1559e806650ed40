// One incident: why it fired, what was done, what changed.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, CircleCheck, CircleX, Eye, EyeOff, ExternalLink, Link2 } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { at, get, post, RequestFailed } from "../api/client";
import type { ColumnDetail, Evidence, Incident, IncidentDetail, IssueDetail, RowsPage } from "../api/types";
import { IssueChip, SeverityBadge, StateBadge, StatusBadge } from "../components/Badges";
import { Card, Fact, Failed, Waiting } from "../components/Blocks";
import { Decisions } from "../components/Decisions";
import { CategoryBars, HistogramKey, NumericHistogram } from "../components/Histogram";
import { WideStepper } from "../components/Stepper";
import { useNow } from "../lib/clock";
import { ago, count, figure, moment, percent, score, seconds, time, title, words } from "../lib/format";
import { batchKey } from "../lib/board";
import { useLive } from "../lib/live";
import { Link } from "../lib/router";

export function IncidentPage({ id }: { id: string }) {
  const known = useLive((live) => live.board.incidents[id]);
  const [reveal, setReveal] = useState(false);
  const answer = useQuery({
    queryKey: ["incident", id, reveal],
    queryFn: ({ signal }) => get<IncidentDetail>(`${at("incidents", id)}?reveal=${reveal}`, signal),
    placeholderData: keepPreviousData,
  });
  const batch = useLive((live) => (known ? live.board.batches[batchKey(known)] : undefined));
  const { refetch } = answer;
  useEffect(() => void refetch(), [known?.updated_at, known?.version, batch?.updated_at, batch?.status, refetch]);

  if (answer.isPending) return <Card><Waiting lines={6} /></Card>;
  if (!answer.data) return <Card><Failed error={answer.error} retry={() => void refetch()} /></Card>;
  const detail = answer.data;
  const live = batch && batch.attempt === detail.incident.attempt ? batch : detail.batch;
  return (
    <article className="space-y-4">
      <Head incident={detail.incident} detail={detail} />
      {live && (
        <Card label="Progress" className="p-5">
          <WideStepper stages={live.stages} />
          {live.reason && <p className="mt-4 rounded-lg bg-medium-soft px-3 py-2 text-[13px] text-medium">{live.reason}</p>}
        </Card>
      )}
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_23rem]">
        <div className="min-w-0 space-y-4">
          <Why detail={detail} />
          <Columns detail={detail} />
          <Changed detail={detail} reveal={reveal} setReveal={setReveal} id={id} />
        </div>
        <div className="min-w-0 space-y-4">
          {live && <Decisions batch={live} detail={detail} />}
          <Numbers detail={detail} />
          <Validation detail={detail} />
          <Timeline detail={detail} />
        </div>
      </div>
    </article>
  );
}

function Head({ incident, detail }: { incident: Incident; detail: IncidentDetail }) {
  const now = useNow();
  const queries = useQueryClient();
  const [copied, setCopied] = useState(false);
  const change = useMutation({
    mutationFn: (state: Incident["state"]) => post<Incident>(at("incidents", incident.id), { state, version: incident.version }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["incident", incident.id] }),
  });
  const stale = change.error instanceof RequestFailed && change.error.status === 409;
  const copy = (): void => {
    void navigator.clipboard?.writeText(location.href).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    });
  };
  return (
    <header className="sticky top-14 z-20 -mx-4 border-b border-line bg-bg/90 px-4 py-3 backdrop-blur-md sm:-mx-6 sm:px-6">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-96">
          <div className="mb-1 flex flex-wrap items-center gap-2">
            <SeverityBadge severity={incident.severity} />
            <StateBadge state={incident.state} />
            {detail.batch && <StatusBadge status={detail.batch.status} />}
            <span className="text-[12px] text-muted">
              <Link to={`datasets/${encodeURIComponent(incident.dataset)}`} className="font-medium hover:text-ink hover:underline">
                {incident.dataset}
              </Link>{" "}
              / {incident.batch_id}
              {incident.attempt > 1 && ` · attempt ${incident.attempt}`} · opened {ago(incident.opened_at, now)}
            </span>
          </div>
          <h1 className="text-[18px] leading-snug font-semibold">{incident.sentence}</h1>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          {detail.airflow_url && (
            <a className="btn" href={detail.airflow_url} rel="noreferrer">
              <ExternalLink size={13} aria-hidden /> Airflow
            </a>
          )}
          <button type="button" className="btn" onClick={copy}>
            {copied ? <Check size={13} aria-hidden /> : <Link2 size={13} aria-hidden />} {copied ? "Copied" : "Copy link"}
          </button>
          {incident.state === "open" && (
            <button type="button" className="btn" disabled={change.isPending} onClick={() => change.mutate("acknowledged")}>
              Acknowledge
            </button>
          )}
          {incident.state !== "resolved" ? (
            <button
              type="button"
              className="btn border-accent! bg-accent! text-surface! hover:opacity-90"
              disabled={change.isPending}
              onClick={() => change.mutate("resolved")}
            >
              <Check size={13} aria-hidden /> Resolve
            </button>
          ) : (
            <button type="button" className="btn" disabled={change.isPending} onClick={() => change.mutate("open")}>
              Reopen
            </button>
          )}
        </div>
      </div>
      {change.isError && (
        <p className="mt-2 text-[12.5px] text-critical" role="alert">
          {stale ? "Somebody else changed this incident meanwhile; it is shown as it is now." : change.error.message}
        </p>
      )}
    </header>
  );
}

function Why({ detail }: { detail: IncidentDetail }) {
  const { verdict } = detail;
  if (!verdict) return null;
  const watched = verdict.watch.filter((issue) => issue.evidence.length);
  return (
    <Card
      title="Why it fired"
      aside={
        <span className="num">
          {verdict.quality_score != null && <>quality score {score(verdict.quality_score)} · </>}
          judged against {count(detail.history_batches)} accepted {detail.history_batches === 1 ? "batch" : "batches"}
        </span>
      }
    >
      <div className="space-y-5 px-5 pb-5">
        {verdict.reason && <p className="text-[13.5px]">{verdict.reason}</p>}
        {verdict.issues.map((issue) => (
          <IssueBlock key={issue.type} issue={issue} />
        ))}
        {watched.length > 0 && (
          <details className="text-[13px]">
            <summary className="cursor-pointer text-muted">Also noticed, not acted on ({watched.length})</summary>
            <div className="mt-3 space-y-4">
              {watched.map((issue) => (
                <IssueBlock key={issue.type} issue={issue} />
              ))}
            </div>
          </details>
        )}
      </div>
    </Card>
  );
}

function IssueBlock({ issue }: { issue: IssueDetail }) {
  return (
    <section data-issue={issue.type}>
      <header className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="text-[14px] font-semibold">{title(issue.type)}</h3>
        <SeverityBadge severity={issue.severity} />
        {issue.score != null && <ScoreMeter score={issue.score} threshold={issue.threshold} />}
      </header>
      <ul className="space-y-2">
        {issue.evidence.map((evidence, index) => (
          <EvidenceLine key={index} evidence={evidence} />
        ))}
      </ul>
    </section>
  );
}

function ScoreMeter({ score: value, threshold }: { score: number; threshold: number | null }) {
  return (
    <span className="inline-flex items-center gap-2 text-[12px] text-muted" title={threshold == null ? undefined : `acted on from ${percent(threshold)}`}>
      <span className="relative block h-1.5 w-24 rounded-full bg-sunken" aria-hidden>
        <span className="absolute inset-y-0 left-0 rounded-full bg-high" style={{ width: `${value * 100}%` }} />
        {threshold != null && <span className="absolute -inset-y-1 w-[2px] rounded bg-ink/70" style={{ left: `${threshold * 100}%` }} />}
      </span>
      <span className="num">
        {percent(value)} likely{threshold != null && `, acted on from ${percent(threshold)}`}
      </span>
    </span>
  );
}

function EvidenceLine({ evidence }: { evidence: Evidence }) {
  const bounded = evidence.expected_low != null || evidence.expected_high != null;
  return (
    <li className="rounded-xl bg-sunken px-3.5 py-2.5" data-testid="evidence">
      <p className="text-[13.5px] leading-snug">{evidence.sentence}</p>
      <p className="num mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-[12px] text-muted">
        <span className="first-letter:uppercase">{evidence.label}</span>
        {evidence.observed != null && (
          <span>
            observed <strong className="font-semibold text-high">{figure(evidence.observed)}</strong>
          </span>
        )}
        {bounded && (
          <span>
            expected{" "}
            <strong className="font-semibold text-ink">
              {evidence.expected_low === evidence.expected_high || evidence.expected_high == null
                ? figure(evidence.expected_low)
                : evidence.expected_low == null
                  ? `up to ${figure(evidence.expected_high)}`
                  : `${figure(evidence.expected_low)} to ${figure(evidence.expected_high)}`}
            </strong>
          </span>
        )}
        {evidence.examples.length > 0 && (
          <span className="min-w-0 truncate">
            e.g. <span className="font-mono">{evidence.examples.join(", ")}</span>
          </span>
        )}
      </p>
    </li>
  );
}

function Columns({ detail }: { detail: IncidentDetail }) {
  if (!detail.columns.length) return null;
  const healed = detail.columns.some((column) => column.histogram.some((bar) => bar.after != null));
  return (
    <Card title="Columns by contribution" aside={<HistogramKey healed={healed} />}>
      <div className="divide-y divide-line">
        {detail.columns.map((column) => (
          <ColumnBlock key={column.name} column={column} />
        ))}
      </div>
    </Card>
  );
}

function ColumnBlock({ column }: { column: ColumnDetail }) {
  const healed = column.metrics.some((metric) => metric.after != null);
  return (
    <section className="grid gap-x-6 gap-y-3 px-5 py-4 lg:grid-cols-2" data-column={column.name}>
      <div className="min-w-0">
        <h3 className="flex flex-wrap items-center gap-2 text-[14px] font-semibold">
          <span className="truncate">{column.name}</span>
          {column.type && <span className="font-mono text-[11.5px] font-normal text-faint">{column.type}</span>}
          {column.issues.map((issue) => (
            <IssueChip key={issue} type={issue} />
          ))}
        </h3>
        {column.metrics.length > 0 && (
          <table className="num mt-2 w-full text-[12.5px]">
            <thead>
              <tr>
                <th scope="col" className="pl-0!">Statistic</th>
                <th scope="col" className="text-right!">History</th>
                <th scope="col" className="text-right!">Batch</th>
                {healed && <th scope="col" className="pr-0! text-right!">Published</th>}
              </tr>
            </thead>
            <tbody>
              {column.metrics.map((metric) => (
                <tr key={metric.metric} className="border-t border-line">
                  <td className="py-1! pl-0! text-muted first-letter:uppercase">{metric.label}</td>
                  <td className="py-1! text-right text-muted">
                    {metric.expected_low === metric.expected_high ? figure(metric.expected_low) : `${figure(metric.expected_low)} … ${figure(metric.expected_high)}`}
                  </td>
                  <td className={`py-1! text-right ${metric.outside ? "font-semibold text-high" : ""}`}>{figure(metric.observed)}</td>
                  {healed && <td className="py-1! pr-0! text-right text-accent-ink">{figure(metric.after)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      <div className="min-w-0 self-center">
        {column.histogram.length > 0 &&
          (column.histogram_kind === "numeric" ? (
            <NumericHistogram bars={column.histogram} label={`${column.name}: distribution in history and batch`} />
          ) : (
            <CategoryBars bars={column.histogram} label={`${column.name}: most frequent ${column.histogram_kind ?? "values"} in history and batch`} />
          ))}
      </div>
    </section>
  );
}

function Changed({ detail, reveal, setReveal, id }: { detail: IncidentDetail; reveal: boolean; setReveal: (on: boolean) => void; id: string }) {
  const { remediation } = detail;
  const tabs = [...(detail.has_ledger ? (["ledger"] as const) : []), ...(detail.has_quarantine ? (["quarantine"] as const) : [])];
  const [picked, setPicked] = useState<"ledger" | "quarantine" | null>(null);
  const tab = picked ?? tabs[0];
  return (
    <Card title="What changed" aside={remediation.mode ? `policy: ${remediation.mode}` : undefined}>
      <div className="px-5 pb-5">
        {remediation.hold_reasons.length > 0 && (
          <div className="mb-3 rounded-xl bg-medium-soft px-3.5 py-2.5 text-[13px] text-medium">
            <p className="font-semibold">Held for a person</p>
            <ul className="mt-0.5 list-disc pl-4">
              {remediation.hold_reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          </div>
        )}
        {remediation.steps.length ? (
          <ol className="divide-y divide-line">
            {remediation.steps.map((step) => (
              <li key={step.step_id} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 py-2.5" data-testid="step">
                <span className="min-w-0 flex-1 basis-72">
                  <span className="font-semibold">{title(step.strategy)}</span>
                  {step.columns.length > 0 && <span className="text-muted"> on {step.columns.slice(0, 6).join(", ")}{step.columns.length > 6 && ` and ${step.columns.length - 6} more`}</span>}
                  {step.reason && <span className="mt-0.5 block text-[12.5px] text-muted">{step.reason}</span>}
                </span>
                <span className="num flex items-center gap-2 text-[12px] text-muted">
                  <IssueChip type={step.issue} />
                  {title(step.rung)} · {percent(step.confidence)} sure · {step.needs_approval && step.state === "planned" ? "waits for approval" : step.state}
                </span>
              </li>
            ))}
          </ol>
        ) : (
          <p className="text-[13px] text-muted">No step was planned: the batch is as it arrived.</p>
        )}
        {remediation.parts.length > 0 && (
          <div className="mt-3 flex flex-wrap gap-2">
            {remediation.parts.map((part) => (
              <span key={part.issue} className="num rounded-lg border border-line px-2.5 py-1.5 text-[12px] text-muted">
                <strong className="font-semibold text-ink">{title(part.issue)}</strong>{" "}
                {part.refused ? `refused: ${part.refused}` : `${count(part.cells_changed)} cells, ${count(part.rows_quarantined)} rows set aside, ${seconds(part.seconds)}`}
              </span>
            ))}
          </div>
        )}
        {tab && (
          <div className="mt-5">
            <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
              <div role="tablist" aria-label="Rows" className="inline-flex rounded-lg bg-sunken p-0.5">
                {tabs.map((name) => (
                  <button
                    key={name}
                    type="button"
                    role="tab"
                    aria-selected={tab === name}
                    onClick={() => setPicked(name)}
                    className={`rounded-md px-3 py-1 text-[12.5px] font-medium ${tab === name ? "bg-raised shadow-card" : "text-muted"}`}
                  >
                    {name === "ledger" ? "Repaired cells" : "Quarantined rows"}
                  </button>
                ))}
              </div>
              <button type="button" className="btn" aria-pressed={reveal} onClick={() => setReveal(!reveal)}>
                {reveal ? <EyeOff size={13} aria-hidden /> : <Eye size={13} aria-hidden />} {reveal ? "Mask values" : "Show values"}
              </button>
            </div>
            <Rows key={tab} id={id} kind={tab} reveal={reveal} />
          </div>
        )}
      </div>
    </Card>
  );
}

const ROWS = 25;

function Rows({ id, kind, reveal }: { id: string; kind: "ledger" | "quarantine"; reveal: boolean }) {
  const [offset, setOffset] = useState(0);
  const answer = useQuery({
    queryKey: ["rows", id, kind, reveal, offset],
    queryFn: ({ signal }) => get<RowsPage>(`${at("incidents", id, "rows", kind)}?limit=${ROWS}&offset=${offset}&reveal=${reveal}`, signal),
    placeholderData: keepPreviousData,
  });
  if (answer.isPending) return <Waiting lines={3} />;
  if (!answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  const page = answer.data;
  return (
    <div className="overflow-hidden rounded-xl border border-line" data-testid={kind}>
      <div className="max-h-96 overflow-auto" tabIndex={0} role="region" aria-label={kind}>
        <table className="num w-full text-[12px]">
          <thead className="sticky top-0 bg-sunken">
            <tr>
              {page.columns.map((column) => (
                <th key={column} scope="col" className="whitespace-nowrap normal-case!">
                  {words(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {page.rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, at) => (
                  <td key={at} className="max-w-64 truncate py-1.5! font-mono whitespace-nowrap">
                    {cell ?? <span className="font-sans text-faint">null</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <footer className="flex items-center justify-between border-t border-line px-3 py-2 text-[12px] text-muted">
        <span className="num">
          {count(Math.min(page.total, offset + 1))} to {count(Math.min(page.total, offset + ROWS))} of {count(page.total)}
          {page.masked && " · values masked"}
        </span>
        <span className="flex gap-1.5">
          <button type="button" className="btn px-2! py-1!" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - ROWS))}>
            Previous
          </button>
          <button type="button" className="btn px-2! py-1!" disabled={offset + ROWS >= page.total} onClick={() => setOffset(offset + ROWS)}>
            Next
          </button>
        </span>
      </footer>
    </div>
  );
}

function Numbers({ detail }: { detail: IncidentDetail }) {
  const { batch } = detail;
  if (!batch) return null;
  return (
    <Card title="Batch in numbers">
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 px-5 pb-5 text-[13px]">
        <Fact label="Rows arrived">{count(batch.rows_in)}</Fact>
        <Fact label="Rows published">{count(batch.rows_published)}</Fact>
        <Fact label="Cells healed">{count(batch.healed_cells)}</Fact>
        <Fact label="Rows set aside">{count(batch.quarantined_rows)}</Fact>
        <Fact label="Quality score">{score(batch.quality_score)}</Fact>
        <Fact label="Time in all">{seconds(batch.seconds)}</Fact>
        {detail.verdict?.model_id && (
          <Fact label="Detector" wide>
            <span className="font-mono text-[12px]">{detail.verdict.model_id}</span>
          </Fact>
        )}
      </dl>
    </Card>
  );
}

function Validation({ detail }: { detail: IncidentDetail }) {
  const { validation } = detail;
  if (!validation) return null;
  const order = [...validation.checks].sort((a, b) => Number(a.passed) - Number(b.passed));
  return (
    <Card title="Validation" aside={validation.passed ? <Verdict good>passed</Verdict> : <Verdict>held</Verdict>}>
      <ul className="max-h-96 space-y-2.5 overflow-y-auto px-5 pb-5 text-[13px]" tabIndex={0} aria-label="Checks">
        {order.map((check, index) => (
          <li key={index} className="flex gap-2">
            {check.passed ? <CircleCheck size={15} className="mt-0.5 shrink-0 text-good" aria-label="passed" /> : <CircleX size={15} className="mt-0.5 shrink-0 text-critical" aria-label="failed" />}
            <span className="min-w-0">
              <span className="font-medium">
                {title(check.name)}
                {check.column && <span className="font-normal text-muted"> · {check.column}</span>}
              </span>
              {(check.observed || check.expected) && (
                <span className="block text-[12px] text-muted">
                  {check.observed}
                  {check.expected && `, expected ${check.expected}`}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Verdict({ good = false, children }: { good?: boolean; children: ReactNode }) {
  return <span className={`font-semibold ${good ? "text-good" : "text-medium"}`}>{children}</span>;
}

const TONES = { neutral: "bg-line-strong", good: "bg-good", warn: "bg-medium", bad: "bg-critical", active: "bg-accent" };

function Timeline({ detail }: { detail: IncidentDetail }) {
  if (!detail.events.length) return null;
  return (
    <Card title="Timeline">
      <ol className="relative space-y-3 px-5 pb-5 text-[13px] before:absolute before:top-2 before:bottom-8 before:left-[23.5px] before:w-px before:bg-line">
        {detail.events.map((event) => (
          <li key={event.seq} className="relative flex gap-3">
            <span className={`z-[1] mt-[6px] size-2 shrink-0 rounded-full ring-3 ring-surface ${TONES[event.tone]}`} aria-hidden />
            <span className="min-w-0 flex-1 leading-snug">{event.text}</span>
            <time className="num shrink-0 text-[11.5px] text-faint" dateTime={event.time} title={moment(event.time)}>
              {time(event.time)}
            </time>
          </li>
        ))}
      </ol>
    </Card>
  );
}
