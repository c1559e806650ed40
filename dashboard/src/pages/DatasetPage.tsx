// One data set: its scores against the expected band, its batches, its accepted schema.
import { useQuery } from "@tanstack/react-query";
import { GitBranch } from "lucide-react";
import { useEffect } from "react";
import { at, get } from "../api/client";
import type { DatasetDetail } from "../api/types";
import { HealthSign } from "../components/Badges";
import { Card, Empty, Fact, Failed, Waiting } from "../components/Blocks";
import { BatchRow, IncidentRow } from "../components/Lists";
import { ScoreChart } from "../components/ScoreChart";
import { useNow } from "../lib/clock";
import { ago, count, score } from "../lib/format";
import { useLive } from "../lib/live";
import { Link } from "../lib/router";

export function DatasetPage({ name }: { name: string }) {
  const live = useLive((state) => state.board.datasets[name]);
  const now = useNow();
  const answer = useQuery({
    queryKey: ["dataset", name],
    queryFn: ({ signal }) => get<DatasetDetail>(`${at("datasets", name)}?points=300`, signal),
  });
  const { refetch } = answer;
  useEffect(() => void refetch(), [live, refetch]);

  if (answer.isPending) return <Card><Waiting lines={5} /></Card>;
  if (answer.isError && !answer.data) return <Card><Failed error={answer.error} retry={() => void refetch()} /></Card>;
  const { dataset, batches, incidents, table_schema: schema } = answer.data!;
  return (
    <div className="space-y-4">
      <header className="flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
        <div>
          <p className="text-[12.5px] text-muted">
            <Link to="datasets" className="hover:text-ink">Data sets</Link> /
          </p>
          <h1 className="flex flex-wrap items-center gap-3 text-[20px] font-semibold">
            {name} <HealthSign health={dataset.health} />
          </h1>
        </div>
        <dl className="flex flex-wrap gap-x-7 gap-y-2 text-[13px]">
          <Fact label="Last score">{score(dataset.score)}</Fact>
          <Fact label="Expected">{dataset.band ? `${score(dataset.band.low)} to ${score(dataset.band.high)}` : "too few batches"}</Fact>
          <Fact label="Batches">{count(dataset.batch_count)}</Fact>
          <Fact label="Accepted as history">{count(dataset.accepted_count)}</Fact>
          <Fact label="Last batch">{ago(dataset.last_seen, now)}</Fact>
        </dl>
      </header>
      <Card title="Quality score" aside={dataset.timeline.length ? `last ${dataset.timeline.length} batches` : undefined}>
        <div className="px-5 pb-4">
          {dataset.timeline.length ? (
            <ScoreChart timeline={dataset.timeline} band={dataset.band} height={230} label={name} />
          ) : (
            <Empty icon={GitBranch} title="No batch was judged yet">
              {count(dataset.accepted_count)} batches are accepted as history.
            </Empty>
          )}
        </div>
      </Card>
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_25rem]">
        <Card title="Batches" aside="newest first">
          {batches.length ? (
            <div className="rows">
              {batches.map((batch) => (
                <BatchRow key={`${batch.batch_id}/${batch.attempt}`} batch={batch} showDataset={false} />
              ))}
            </div>
          ) : (
            <Empty icon={GitBranch} title="No batch yet" />
          )}
        </Card>
        <div className="min-w-0 space-y-4">
          {incidents.length > 0 && (
            <Card title="Incidents">
              <div className="rows">
                {incidents.map((incident) => (
                  <IncidentRow key={incident.id} incident={incident} />
                ))}
              </div>
            </Card>
          )}
          {schema && (
            <Card title="Accepted schema" aside={`version ${schema.version}, ${schema.declared ? "declared" : "inferred"}`}>
              <ul className="max-h-[28rem] overflow-y-auto px-5 pb-4 text-[13px]" tabIndex={0} aria-label="Columns">
                {schema.columns.map((column) => (
                  <li key={column.name} className="flex items-baseline justify-between gap-3 border-b border-line py-1.5 last:border-0">
                    <span className="truncate font-medium">{column.name}</span>
                    <span className="shrink-0 font-mono text-[12px] text-muted">
                      {column.type}
                      {column.nullable ? "" : ", required"}
                    </span>
                  </li>
                ))}
              </ul>
            </Card>
          )}
        </div>
      </div>
    </div>
  );
}
