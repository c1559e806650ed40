// All incidents, the gravest first; the filters are in the address.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useEffect } from "react";
import { get } from "../api/client";
import type { IncidentPage as Answer } from "../api/types";
import { Card, Empty, Failed, Waiting } from "../components/Blocks";
import { IncidentRow } from "../components/Lists";
import { count } from "../lib/format";
import { useLive } from "../lib/live";
import { setQuery, useRoute } from "../lib/router";

const LIMIT = 50;

export function IncidentsPage() {
  const { query } = useRoute();
  const datasets = useLive((live) => live.board.datasets);
  const incidents = useLive((live) => live.board.incidents);
  const filters = new URLSearchParams();
  for (const name of ["state", "severity", "dataset"]) {
    const value = query.get(name);
    if (value) filters.set(name, value);
  }
  const offset = Number(query.get("offset") ?? 0) || 0;
  filters.set("limit", String(LIMIT));
  filters.set("offset", String(offset));
  const answer = useQuery({
    queryKey: ["incidents", filters.toString()],
    queryFn: ({ signal }) => get<Answer>(`incidents?${filters}`, signal),
    placeholderData: keepPreviousData,
  });
  const { refetch } = answer;
  useEffect(() => void refetch(), [incidents, refetch]);

  const pick = (name: string, label: string, values: string[]) => (
    <label className="flex items-center gap-1.5 text-[12.5px] text-muted">
      {label}
      <select
        className="field"
        data-filter={name === "state" ? "" : undefined}
        value={query.get(name) ?? ""}
        onChange={(event) => {
          setQuery("offset", null);
          setQuery(name, event.target.value || null);
        }}
      >
        <option value="">all</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </select>
    </label>
  );

  const page = answer.data;
  const total = page?.total ?? page?.items.length ?? 0;
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-[20px] font-semibold">Incidents</h1>
        <div className="flex flex-wrap gap-x-4 gap-y-2">
          {pick("state", "State", ["open", "acknowledged", "resolved"])}
          {pick("severity", "Severity", ["critical", "high", "medium", "low"])}
          {pick("dataset", "Data set", Object.keys(datasets).sort())}
        </div>
      </div>
      <Card label="Incidents">
        {answer.isPending ? (
          <Waiting lines={5} />
        ) : answer.isError ? (
          <Failed error={answer.error} retry={() => void refetch()} />
        ) : page && page.items.length ? (
          <>
            <div className="rows rounded-2xl border-t-0">
              {page.items.map((incident) => (
                <IncidentRow key={incident.id} incident={incidents[incident.id] ?? incident} wide />
              ))}
            </div>
            {total > LIMIT && (
              <footer className="flex items-center justify-between border-t border-line px-5 py-3 text-[12.5px] text-muted">
                <span className="num">
                  {count(offset + 1)} to {count(Math.min(total, offset + LIMIT))} of {count(total)}
                </span>
                <span className="flex gap-2">
                  <button type="button" className="btn" disabled={offset === 0} onClick={() => setQuery("offset", offset - LIMIT > 0 ? String(offset - LIMIT) : null)}>
                    Previous
                  </button>
                  <button type="button" className="btn" disabled={offset + LIMIT >= total} onClick={() => setQuery("offset", String(offset + LIMIT))}>
                    Next
                  </button>
                </span>
              </footer>
            )}
          </>
        ) : (
          <Empty icon={CircleCheck} title="No incident matches">
            {filters.size > 2 ? "Widen the filters to see more." : "An incident is opened when a batch is not what its history leads one to expect."}
          </Empty>
        )}
      </Card>
    </div>
  );
}
