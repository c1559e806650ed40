// Every data set, the least healthy first.
import { Database } from "lucide-react";
import { useMemo } from "react";
import { HealthSign } from "../components/Badges";
import { Card, Command, Empty, Waiting } from "../components/Blocks";
import { useNow } from "../lib/clock";
import { ago, count, score } from "../lib/format";
import { useLive } from "../lib/live";
import { Link } from "../lib/router";

const RANK = { critical: 3, warning: 2, unknown: 1, healthy: 0 };

export function DatasetsPage() {
  const board = useLive((live) => live.board);
  const now = useNow();
  const rows = useMemo(
    () => Object.values(board.datasets).sort((a, b) => RANK[b.health] - RANK[a.health] || a.name.localeCompare(b.name)),
    [board.datasets],
  );
  return (
    <div className="space-y-4">
      <h1 className="text-[20px] font-semibold">Data sets</h1>
      <Card label="Data sets">
        {!board.tiles ? (
          <Waiting />
        ) : rows.length ? (
          <div className="overflow-x-auto">
            <table className="w-full min-w-[40rem] text-[13px]">
              <thead>
                <tr className="border-b border-line">
                  <th scope="col" className="pl-5!">Data set</th>
                  <th scope="col">Health</th>
                  <th scope="col" className="text-right!">Last score</th>
                  <th scope="col" className="text-right!">Open incidents</th>
                  <th scope="col" className="text-right!">Batches</th>
                  <th scope="col" className="text-right!">Accepted</th>
                  <th scope="col" className="text-right!">Columns</th>
                  <th scope="col" className="pr-5! text-right!">Last batch</th>
                </tr>
              </thead>
              <tbody className="divide-y divide-line">
                {rows.map((row) => (
                  <tr key={row.name} className="hover:bg-sunken">
                    <td className="pl-5! font-semibold">
                      <Link to={`datasets/${encodeURIComponent(row.name)}`} data-row className="hover:text-accent-ink">
                        {row.name}
                      </Link>
                    </td>
                    <td>
                      <HealthSign health={row.health} />
                    </td>
                    <td className="num text-right">{score(row.score)}</td>
                    <td className="num text-right">{count(row.open_incidents)}</td>
                    <td className="num text-right">{count(row.batch_count)}</td>
                    <td className="num text-right">{count(row.accepted_count)}</td>
                    <td className="num text-right">{count(row.columns)}</td>
                    <td className="num pr-5! text-right text-muted">{ago(row.last_seen, now)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
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
  );
}
