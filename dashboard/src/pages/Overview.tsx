// What is wrong, what is being done about it, and how the scores have been.
import { CircleCheck, Database, GitBranch } from "lucide-react";
import { useMemo } from "react";
import type { Batch, Dataset, Incident } from "../api/types";
import { HealthSign } from "../components/Badges";
import { Card, Command, Empty, Waiting } from "../components/Blocks";
import { EventFeed } from "../components/EventFeed";
import { BatchRow, IncidentRow } from "../components/Lists";
import { ScoreChart } from "../components/ScoreChart";
import { Tiles } from "../components/Tiles";
import { useNow } from "../lib/clock";
import { ago, count, score } from "../lib/format";
import { useLive } from "../lib/live";
import { Link } from "../lib/router";

const GRADES: Record<string, number> = { critical: 4, high: 3, medium: 2, low: 1 };
const HEALTHS: Record<Dataset["health"], number> = { critical: 3, warning: 2, unknown: 1, healthy: 0 };
const SHOWN_BATCHES = 6;
const SHOWN_INCIDENTS = 6;

export const gravestFirst = (a: Incident, b: Incident): number =>
  (GRADES[b.severity ?? ""] ?? 0) - (GRADES[a.severity ?? ""] ?? 0) || b.opened_at.localeCompare(a.opened_at);

const newestFirst = (a: Batch, b: Batch): number =>
  Number(b.running) - Number(a.running) || (b.updated_at ?? "").localeCompare(a.updated_at ?? "");

const worstFirst = (a: Dataset, b: Dataset): number => HEALTHS[b.health] - HEALTHS[a.health] || a.name.localeCompare(b.name);

export function Overview() {
  const board = useLive((live) => live.board);
  const state = useLive((live) => live.connection.state);
  const batches = useMemo(() => Object.values(board.batches).sort(newestFirst), [board.batches]);
  const incidents = useMemo(
    () => Object.values(board.incidents).filter((i) => i.state !== "resolved").sort(gravestFirst),
    [board.incidents],
  );
  const datasets = useMemo(() => Object.values(board.datasets).sort(worstFirst), [board.datasets]);

  if (!board.tiles) {
    return (
      <>
        <h1 className="sr-only">Overview</h1>
        <Card>
          <Waiting lines={4} />
          {state === "offline" && <p className="px-5 pb-5 text-[13px] text-muted">The service does not answer yet. Start it with <Command>dqheal serve</Command></p>}
        </Card>
      </>
    );
  }
  const running = batches.filter((batch) => batch.running).length;
  return (
    <div className="space-y-4">
      <h1 className="sr-only">Overview</h1>
      <Tiles tiles={board.tiles} />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_25rem] 2xl:grid-cols-[minmax(0,1fr)_28rem]">
        <div className="min-w-0 space-y-4">
          <Card title="Batches" aside={running ? `${running} on the way` : batches.length ? "newest first" : undefined}>
            {batches.length ? (
              <div className="rows">
                {batches.slice(0, SHOWN_BATCHES).map((batch) => (
                  <BatchRow key={`${batch.dataset}/${batch.batch_id}`} batch={batch} />
                ))}
              </div>
            ) : (
              <Empty icon={GitBranch} title="No batch yet">
                Announce one on the batches topic, or heal a file:
                <br />
                <Command>dqheal heal orders batch.csv --out healed/</Command>
              </Empty>
            )}
          </Card>
          <Card title="Quality by data set" aside={<ChartKey />}>
            {datasets.length ? (
              <div className="divide-y divide-line">
                {datasets.map((dataset) => (
                  <DatasetChart key={dataset.name} dataset={dataset} />
                ))}
              </div>
            ) : (
              <Empty icon={Database} title="No data set yet">
                A data set is learned from earlier, good batches:
                <br />
                <Command>dqheal learn orders history/*.csv</Command>
              </Empty>
            )}
          </Card>
        </div>
        <div className="min-w-0 space-y-4">
          <Card
            title="Open incidents"
            aside={
              incidents.length > 0 && (
                <Link to="incidents" className="font-medium text-accent-ink hover:underline">
                  All incidents
                </Link>
              )
            }
          >
            {incidents.length ? (
              <div className="rows">
                {incidents.slice(0, SHOWN_INCIDENTS).map((incident) => (
                  <IncidentRow key={incident.id} incident={incident} />
                ))}
              </div>
            ) : (
              <Empty icon={CircleCheck} title="Nothing needs a look">
                An incident is opened when a batch is not what its history leads one to expect.
              </Empty>
            )}
          </Card>
          <Card title="Activity" aside={<span className="num">{count(board.seq)} events so far</span>}>
            <EventFeed events={board.events} height={420} />
          </Card>
        </div>
      </div>
    </div>
  );
}

function ChartKey() {
  return (
    <span className="flex flex-wrap gap-x-4 gap-y-1 text-[11.5px]">
      <span className="inline-flex items-center gap-1.5">
        <span className="h-2.5 w-4 rounded-sm border-b border-dashed border-accent/60 bg-accent/15" aria-hidden /> expected
      </span>
      <span className="inline-flex items-center gap-1.5">
        <span className="size-2 rounded-full bg-accent" aria-hidden /> clean
      </span>
      <span className="inline-flex items-center gap-1.5">
        <span className="size-2.5 rounded-full bg-high" aria-hidden /> incident
      </span>
    </span>
  );
}

function DatasetChart({ dataset }: { dataset: Dataset }) {
  const now = useNow();
  return (
    <div className="grid gap-x-4 px-5 py-3 md:grid-cols-[10.5rem_minmax(0,1fr)]">
      <div className="flex items-start justify-between gap-2 md:block">
        <div className="min-w-0">
          <Link to={`datasets/${encodeURIComponent(dataset.name)}`} data-row className="block truncate font-semibold hover:text-accent-ink">
            {dataset.name}
          </Link>
          <HealthSign health={dataset.health} />
        </div>
        <p className="text-right text-[12px] text-muted md:mt-2 md:text-left">
          <span className="num text-[22px] leading-none font-semibold tracking-[-0.02em] text-ink">{score(dataset.score)}</span>
          <span className="ml-1">last score</span>
          <br />
          <span className="num">{count(dataset.batch_count)} batches</span>
          <span className="md:hidden"> · </span>
          <br className="hidden md:block" />
          last {ago(dataset.last_seen, now)}
        </p>
      </div>
      {dataset.timeline.length ? (
        <ScoreChart timeline={dataset.timeline} band={dataset.band} height={132} label={dataset.name} />
      ) : (
        <p className="self-center text-[13px] text-muted">No batch was judged yet.</p>
      )}
    </div>
  );
}
