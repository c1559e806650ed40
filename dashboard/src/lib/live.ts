// The socket: one for the whole page, resumed from the last number seen, tried again for ever.
import { create } from "zustand";
import { address, currentToken } from "../api/client";
import type { ClientMessage, Delta, ServerMessage } from "../api/types";
import { applyDelta, applySnapshot, EMPTY_BOARD, type LiveBoard } from "./board";

export type Connection =
  | { state: "connecting" }
  | { state: "resyncing" }
  | { state: "live"; rttMs: number | null }
  | { state: "reconnecting"; retryAt: number; attempt: number }
  | { state: "offline"; retryAt: number; attempt: number }
  | { state: "denied"; reason: string; wantsToken: boolean };

interface Live {
  connection: Connection;
  board: LiveBoard;
}

export const useLive = create<Live>(() => ({ connection: { state: "connecting" }, board: EMPTY_BOARD }));

const PING_MS = 5_000;
const PONG_MS = 10_000;
const FIRST_RETRY_MS = 400;
const LAST_RETRY_MS = 15_000;
const OFFLINE_AFTER = 3;
const UNAUTHORISED = 4401;
const FORBIDDEN = 4403;

let socket: WebSocket | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let pinger: ReturnType<typeof setInterval> | undefined;
let attempt = 0;
let pingId = 0;
let pingSentAt = 0;
let awaitingPong = false;
let rttMs: number | null = null;

// Messages of one frame of the display are applied together: one render, whatever the rate.
let queued: Delta[] = [];
let frame = 0;

function flush(): void {
  frame = 0;
  const messages = queued;
  queued = [];
  if (!messages.length) return;
  const now = new Date().toISOString();
  useLive.setState((live) => ({ board: messages.reduce((board, delta) => applyDelta(board, delta, now), live.board) }));
}

function enqueue(delta: Delta): void {
  queued.push(delta);
  // A hidden page paints no frames: apply at once there, so that nothing piles up.
  if (document.hidden) flush();
  else if (!frame) frame = requestAnimationFrame(flush);
}

const set = (connection: Connection): void => useLive.setState({ connection });

function send(message: ClientMessage): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function ping(): void {
  if (awaitingPong) {
    if (performance.now() - pingSentAt > PONG_MS) socket?.close();
    return;
  }
  awaitingPong = true;
  pingSentAt = performance.now();
  pingId += 1;
  send({ type: "ping", id: pingId, rtt_ms: rttMs });
}

function receive(message: ServerMessage): void {
  if (message.type === "snapshot") {
    queued = [];
    attempt = 0;
    useLive.setState((live) => ({ board: applySnapshot(live.board, message), connection: { state: "live", rttMs } }));
    setTimeout(ping, 300); // when the first picture is painted: before it, one would time the painting
  } else if (message.type === "delta") {
    enqueue(message);
  } else if (message.type === "pong" && message.id === pingId) {
    awaitingPong = false;
    rttMs = performance.now() - pingSentAt;
    set({ state: "live", rttMs });
  }
}

function later(): void {
  attempt += 1;
  const base = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1));
  const wait = base * (0.75 + Math.random() * 0.5);
  const away = attempt > OFFLINE_AFTER || !navigator.onLine;
  set({ state: away ? "offline" : "reconnecting", retryAt: Date.now() + wait, attempt });
  clearTimeout(retry);
  retry = setTimeout(connect, wait);
}

export function connect(): void {
  clearTimeout(retry);
  clearInterval(pinger);
  socket?.close();
  awaitingPong = false;
  const url = address("ws/quality");
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const { board } = useLive.getState();
  set({ state: board.epoch ? "resyncing" : "connecting" });
  const mine = new WebSocket(url);
  socket = mine;
  mine.onopen = () => {
    send({ type: "hello", token: currentToken(), last_seq: board.epoch ? board.seq : null, epoch: board.epoch });
    pinger = setInterval(ping, PING_MS);
  };
  mine.onmessage = (event) => {
    if (socket === mine) receive(JSON.parse(String(event.data)) as ServerMessage);
  };
  mine.onclose = (event) => {
    if (socket !== mine) return;
    clearInterval(pinger);
    flush();
    if (event.code === UNAUTHORISED || event.code === FORBIDDEN) {
      set({ state: "denied", reason: event.reason, wantsToken: event.code === UNAUTHORISED });
      return;
    }
    later();
  };
}

export function start(): void {
  window.addEventListener("online", connect);
  document.addEventListener("visibilitychange", () => {
    const { connection } = useLive.getState();
    if (!document.hidden && (connection.state === "offline" || connection.state === "reconnecting")) connect();
  });
  connect();
}
