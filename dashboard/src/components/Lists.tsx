// Rows for batches and incidents, the same on every page.
import { ChevronRight } from "lucide-react";
import type { Batch, Incident } from "../api/types";
import { useNow } from "../lib/clock";
import { ago, count, plural, score, seconds } from "../lib/format";
import { Link } from "../lib/router";
import { IssueChip, SeverityBadge, StateBadge, StatusBadge } from "./Badges";
import { CompactStepper } from "./Stepper";

export function BatchRow({ batch, showDataset = true }: { batch: Batch; showDataset?: boolean }) {
  const to = batch.incident_id ? `incidents/${encodeURIComponent(batch.incident_id)}` : `datasets/${encodeURIComponent(batch.dataset)}`;
  return (
    <Link
      to={to}
      data-row
      data-batch={batch.batch_id}
      data-status={batch.status}
      className="row-link grid items-center gap-x-4 gap-y-2 px-5 py-2.5 md:grid-cols-[minmax(0,13rem)_minmax(15rem,1fr)_minmax(0,9.5rem)]"
    >
      <span className="min-w-0">
        <span className="block truncate font-semibold">{batch.batch_id}</span>
        <span className="block truncate text-[12px] text-muted">
          {showDataset && batch.dataset}
          {showDataset && batch.attempt > 1 && " · "}
          {batch.attempt > 1 && `attempt ${batch.attempt}`}
          {!showDataset && batch.attempt === 1 && (batch.rows_in != null ? `${count(batch.rows_in)} rows` : "")}
        </span>
        {batch.issues.length > 0 && (
          <span className="mt-1.5 flex flex-wrap gap-1">
            {batch.issues.map((issue) => (
              <IssueChip key={issue.type} type={issue.type} severity={issue.severity} />
            ))}
          </span>
        )}
      </span>
      <CompactStepper stages={batch.stages} />
      <span className="flex flex-col items-start gap-1 md:items-end">
        <StatusBadge status={batch.status} />
        <span className="num text-[11.5px] text-muted md:text-right">
          {batch.healed_cells ? `${plural(batch.healed_cells, "cell")} healed` : batch.quality_score != null ? `score ${score(batch.quality_score)}` : ""}
          {(batch.healed_cells || batch.quality_score != null) && batch.seconds != null && " · "}
          {batch.seconds != null && seconds(batch.seconds)}
        </span>
      </span>
    </Link>
  );
}

export function IncidentRow({ incident, wide = false }: { incident: Incident; wide?: boolean }) {
  const now = useNow();
  return (
    <Link to={`incidents/${encodeURIComponent(incident.id)}`} data-row data-incident={incident.id} className="row-link group flex items-start gap-3 px-5 py-3">
      <span className={`min-w-0 flex-1 ${wide ? "lg:grid lg:grid-cols-[8rem_minmax(0,1fr)_minmax(0,17rem)] lg:gap-4" : ""}`}>
        <span className="mb-1 flex flex-wrap items-center gap-2">
          <SeverityBadge severity={incident.severity} />
          {!wide && incident.batch_status && <StatusBadge status={incident.batch_status} />}
          {!wide && <span className="text-[11.5px] text-faint">{ago(incident.opened_at, now)}</span>}
        </span>
        <span className="block min-w-0">
          <span className="line-clamp-2 text-[13.5px] leading-snug font-medium">{incident.sentence}</span>
          <span className="mt-0.5 block truncate text-[12px] text-muted">
            {incident.dataset} / {incident.batch_id}
            {incident.attempt > 1 && ` · attempt ${incident.attempt}`}
          </span>
        </span>
        {wide && (
          <span className="mt-1.5 flex flex-wrap content-start items-center gap-1.5 lg:mt-0 lg:justify-end">
            {incident.batch_status && <StatusBadge status={incident.batch_status} />}
            <StateBadge state={incident.state} />
            <span className="num w-full text-[11.5px] text-faint lg:text-right">{ago(incident.opened_at, now)}</span>
          </span>
        )}
      </span>
      <ChevronRight size={15} className="mt-1 shrink-0 text-faint transition-transform group-hover:translate-x-0.5" aria-hidden />
    </Link>
  );
}
