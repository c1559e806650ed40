import { describe, expect, it } from "vitest";
import type { Batch, Delta, Snapshot, StatusEvent } from "../api/types";
import { applyDelta, applySnapshot, batchKey, EMPTY_BOARD, EVENTS_KEPT } from "./board";

const event = (seq: number): StatusEvent => ({
  seq,
  id: `e${seq}`,
  type: "dqheal.batch.profile.done",
  time: "2026-01-01T00:00:00Z",
  dataset: "orders",
  batch_id: "b1",
  attempt: 1,
  stage: "profile",
  status: "done",
  text: "profiled",
  tone: "neutral",
});

const tiles = {
  mean_score: 0.9, scored_datasets: 1, open_incidents: 0, open_by_severity: { critical: 0, high: 0, medium: 0, low: 0 },
  held_batches: 0, running_batches: 0, healed_batches_24h: 0, healed_cells_24h: 0, quarantined_rows_24h: 0,
  median_heal_s: null, batches_24h: 0, published_24h: 0,
};

const snapshot = (seq: number, events: StatusEvent[], over: Partial<Snapshot> = {}): Snapshot => ({
  type: "snapshot", protocol: 1, version: "1", epoch: "a", seq, resumed: false, time: "2026-01-01T00:00:00Z",
  board: { tiles, datasets: [], batches: [], incidents: [] }, events, ...over,
});

const delta = (seq: number, items: Delta["items"]): Delta => ({ type: "delta", seq, items });
const batch = { dataset: "orders", batch_id: "b1", status: "profiled" } as Batch;
const NOW = "2026-01-01T00:00:01Z";

describe("board", () => {
  it("takes a snapshot whole", () => {
    const board = applySnapshot(EMPTY_BOARD, snapshot(2, [event(1), event(2)]));
    expect(board.seq).toBe(2);
    expect(board.events.map((e) => e.seq)).toEqual([1, 2]);
  });

  it("appends events in order and drops those it has", () => {
    const start = applySnapshot(EMPTY_BOARD, snapshot(2, [event(1), event(2)]));
    const items: Delta["items"] = [2, 3, 4].map((n) => ({ kind: "event", event: event(n) }));
    const once = applyDelta(start, delta(4, items), NOW);
    expect(once.events.map((e) => e.seq)).toEqual([1, 2, 3, 4]);
    expect(applyDelta(once, delta(4, items), NOW)).toEqual(once);
  });

  it("keeps what it had when the server resumes", () => {
    const start = applySnapshot(EMPTY_BOARD, snapshot(2, [event(1), event(2)]));
    const resumed = applySnapshot(start, snapshot(4, [event(3), event(4)], { resumed: true }));
    expect(resumed.events.map((e) => e.seq)).toEqual([1, 2, 3, 4]);
  });

  it("forgets events of another store", () => {
    const start = applySnapshot(EMPTY_BOARD, snapshot(2, [event(1), event(2)]));
    const other = applySnapshot(start, snapshot(1, [event(1)], { epoch: "b" }));
    expect(other.events.map((e) => e.seq)).toEqual([1]);
  });

  it("replaces a batch by its newest view", () => {
    const first = applyDelta(EMPTY_BOARD, delta(1, [{ kind: "batch", batch }]), NOW);
    const second = applyDelta(first, delta(2, [{ kind: "batch", batch: { ...batch, status: "published" } }]), NOW);
    expect(second.batches[batchKey(batch)]?.status).toBe("published");
    expect(first.batches[batchKey(batch)]?.status).toBe("profiled");
  });

  it("bounds what it keeps", () => {
    const many: Delta["items"] = Array.from({ length: EVENTS_KEPT + 50 }, (_, n) => ({ kind: "event", event: event(n + 1) }));
    expect(applyDelta(EMPTY_BOARD, delta(many.length, many), NOW).events).toHaveLength(EVENTS_KEPT);
  });
});
