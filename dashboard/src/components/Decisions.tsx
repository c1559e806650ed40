// What a person may decide about the batch of an incident; each decision is confirmed with what it does.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { post } from "../api/client";
import type { Batch, IncidentDetail } from "../api/types";
import { count } from "../lib/format";
import { Card } from "./Blocks";

interface Decision {
  label: string;
  does: string;
  path: string;
  body: Record<string, unknown>;
}

const rows = (number: number | null): string => (number == null ? "the rows" : `${count(number)} ${number === 1 ? "row" : "rows"}`);

function offered(batch: Batch, detail: IncidentDetail): Decision[] {
  const { steps } = detail.remediation;
  const waiting = steps.some((step) => step.needs_approval) && batch.status !== "published" && batch.status !== "undone";
  const found: Decision[] = [];
  if (waiting) {
    found.push(
      {
        label: "Approve the steps",
        does: `Carries out the ${count(steps.length)} planned steps on ${rows(batch.rows_in)}, validates the result, and publishes it if it is better.`,
        path: "approval",
        body: { decision: "approved" },
      },
      { label: "Reject the steps", does: `Keeps the batch of ${rows(batch.rows_in)} held.`, path: "approval", body: { decision: "rejected" } },
    );
  }
  if (batch.status === "published" && steps.length > 0) {
    found.push({ label: "Undo", does: `Publishes ${rows(batch.rows_in)} exactly as they came.`, path: "undo", body: {} });
  }
  found.push(
    {
      label: "This was expected",
      does: `Publishes ${rows(batch.rows_in)} as they came and judges the next batch by them, too.`,
      path: "feedback",
      body: { kind: "expected" },
    },
    {
      label: "This was an incident",
      does: "Takes the batch out of what the next one is judged by, and keeps it out.",
      path: "feedback",
      body: { kind: "incident" },
    },
  );
  return found;
}

export function Decisions({ batch, detail }: { batch: Batch; detail: IncidentDetail }) {
  const queries = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const [chosen, setChosen] = useState<Decision | null>(null);
  const [note, setNote] = useState("");
  const [by, setBy] = useState("");
  const decide = useMutation({
    mutationFn: ({ path, body }: Decision) => {
      const common = { dataset: batch.dataset, batch_id: batch.batch_id, ...(by.trim() && { by: by.trim() }) };
      return post<Batch>(path, { ...common, ...body, ...(path !== "undo" && note.trim() && { note: note.trim() }) });
    },
    onSuccess: () => {
      dialog.current?.close();
      setNote("");
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["incident", detail.incident.id] }),
  });
  const ask = (decision: Decision): void => {
    decide.reset();
    setChosen(decision);
    dialog.current?.showModal();
  };
  return (
    <Card title="Decide">
      <div className="flex flex-wrap gap-2 px-5 pb-5" data-testid="decisions">
        {offered(batch, detail).map((decision) => (
          <button key={decision.label} type="button" className="btn" onClick={() => ask(decision)}>
            {decision.label}
          </button>
        ))}
      </div>
      <dialog ref={dialog} className="card m-auto w-[28rem] max-w-[92vw] p-0 text-ink" aria-label={chosen?.label ?? "Decide"}>
        <form
          className="space-y-3 p-5"
          onSubmit={(event) => {
            event.preventDefault();
            if (chosen) decide.mutate(chosen);
          }}
        >
          <h2 className="text-[15px] font-semibold">{chosen?.label}</h2>
          <p className="text-[13px] text-muted">{chosen?.does}</p>
          <label className="block text-[12.5px]">
            Your name
            <input className="field mt-1 w-full" value={by} maxLength={200} onChange={(event) => setBy(event.target.value)} placeholder="dashboard" />
          </label>
          {chosen?.path !== "undo" && (
            <label className="block text-[12.5px]">
              Why
              <input className="field mt-1 w-full" value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} />
            </label>
          )}
          {decide.isError && (
            <p className="text-[12.5px] text-critical" role="alert">
              {decide.error.message}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <button type="button" className="btn" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" className="btn border-accent! bg-accent! text-surface! hover:opacity-90" disabled={decide.isPending}>
              {decide.isPending ? "Working…" : "Confirm"}
            </button>
          </div>
        </form>
      </dialog>
    </Card>
  );
}
