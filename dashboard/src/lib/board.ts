// The live board as a pure function of the messages: applying an item twice changes nothing.
import type { Batch, Dataset, Delta, Incident, Snapshot, StatusEvent, Tiles } from "../api/types";

export const EVENTS_KEPT = 2000;

export interface LiveBoard {
  epoch: string | null;
  seq: number;
  version: string | null;
  asOf: string | null;
  tiles: Tiles | null;
  datasets: Record<string, Dataset>;
  batches: Record<string, Batch>;
  incidents: Record<string, Incident>;
  events: StatusEvent[];
}

export const EMPTY_BOARD: LiveBoard = {
  epoch: null,
  seq: 0,
  version: null,
  asOf: null,
  tiles: null,
  datasets: {},
  batches: {},
  incidents: {},
  events: [],
};

export const batchKey = (batch: { dataset: string; batch_id: string }): string => `${batch.dataset}\0${batch.batch_id}`;

function merged(have: StatusEvent[], more: StatusEvent[]): StatusEvent[] {
  let last = have.length ? have[have.length - 1]!.seq : -1;
  const fresh: StatusEvent[] = [];
  for (const event of more) {
    if (event.seq > last) {
      fresh.push(event);
      last = event.seq;
    }
  }
  if (!fresh.length) return have;
  const all = have.concat(fresh);
  return all.length > EVENTS_KEPT ? all.slice(-EVENTS_KEPT) : all;
}

export function applySnapshot(board: LiveBoard, message: Snapshot): LiveBoard {
  const keep = message.resumed && board.epoch === message.epoch;
  return {
    epoch: message.epoch,
    seq: message.seq,
    version: message.version,
    asOf: message.time,
    tiles: message.board.tiles,
    datasets: Object.fromEntries(message.board.datasets.map((d) => [d.name, d])),
    batches: Object.fromEntries(message.board.batches.map((b) => [batchKey(b), b])),
    incidents: Object.fromEntries(message.board.incidents.map((i) => [i.id, i])),
    events: merged(keep ? board.events : [], message.events),
  };
}

export function applyDelta(board: LiveBoard, message: Delta, now: string): LiveBoard {
  const next: LiveBoard = { ...board, seq: Math.max(board.seq, message.seq), asOf: now };
  const events: StatusEvent[] = [];
  for (const item of message.items) {
    switch (item.kind) {
      case "event":
        events.push(item.event);
        break;
      case "tiles":
        next.tiles = item.tiles;
        break;
      case "dataset":
        next.datasets = { ...next.datasets, [item.dataset.name]: item.dataset };
        break;
      case "batch":
        next.batches = { ...next.batches, [batchKey(item.batch)]: item.batch };
        break;
      case "incident":
        next.incidents = { ...next.incidents, [item.incident.id]: item.incident };
        break;
    }
  }
  next.events = merged(board.events, events);
  return next;
}
