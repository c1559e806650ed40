// How the service itself is.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { get } from "../api/client";
import type { System } from "../api/types";
import { Card, Failed, Waiting } from "../components/Blocks";
import { count, moment, seconds } from "../lib/format";
import { useLive } from "../lib/live";

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-4 border-b border-line py-2 last:border-0">
      <dt className="text-muted">{name}</dt>
      <dd className="num truncate font-medium">{children}</dd>
    </div>
  );
}

export function SystemPage() {
  const connection = useLive((live) => live.connection);
  const seq = useLive((live) => live.board.seq);
  const answer = useQuery({ queryKey: ["system"], queryFn: ({ signal }) => get<System>("system", signal), refetchInterval: 3_000 });
  if (answer.isPending) return <Card><Waiting lines={5} /></Card>;
  if (!answer.data) return <Card><Failed error={answer.error} retry={() => void answer.refetch()} /></Card>;
  const { socket, kafka, ...system } = answer.data;
  return (
    <div className="space-y-4">
      <h1 className="text-[20px] font-semibold">System</h1>
      <div className="grid gap-4 text-[13px] md:grid-cols-2 xl:grid-cols-3">
        <Card title="Service" aside={system.status === "ok" ? "well" : "degraded"}>
          <dl className="px-5 pb-4">
            <Line name="Version">{system.version}</Line>
            <Line name="Up for">{seconds(system.uptime_s)}</Line>
            <Line name="Store">
              {system.store_kind}, {system.store}
            </Line>
            {system.store_error && <Line name="Store says">{system.store_error}</Line>}
            <Line name="Store is read every">{system.poll_ms} ms</Line>
            <Line name="Last event">{count(system.last_seq)}</Line>
            <Line name="Started">{moment(system.started_at)}</Line>
          </dl>
        </Card>
        <Card title="Socket" aside={`${socket.clients} connected`}>
          <dl className="px-5 pb-4">
            <Line name="This page">{connection.state === "live" && connection.rttMs != null ? `live, ${connection.rttMs.toFixed(1)} ms` : connection.state}</Line>
            <Line name="This page is at event">{count(seq)}</Line>
            <Line name="Median round trip">{socket.rtt_ms == null ? "not known" : `${socket.rtt_ms.toFixed(1)} ms`}</Line>
            <Line name="Connected since the start">{count(socket.connected_total)}</Line>
            <Line name="Frames sent">{count(socket.frames)}</Line>
            <Line name="Dropped to a snapshot">{count(socket.dropped_to_snapshot)}</Line>
            <Line name="Evicted as too slow">{count(socket.evicted)}</Line>
            <Line name="Refused">{count(socket.refused)}</Line>
          </dl>
        </Card>
        <Card title="Status topic" aside={kafka.configured ? (kafka.connected ? "connected" : "not connected") : "no Kafka"}>
          {kafka.configured ? (
            <dl className="px-5 pb-4">
              <Line name="Topic">{kafka.topic}</Line>
              <Line name="Lag">{kafka.lag == null ? "not known" : `${count(kafka.lag)} messages`}</Line>
              <Line name="Consumed">{count(kafka.consumed)}</Line>
              <Line name="Not readable">{count(kafka.rejected)}</Line>
              <Line name="Dead letters">{kafka.dead_letters == null ? "not known" : count(kafka.dead_letters)}</Line>
              {kafka.error && <Line name="Kafka says">{kafka.error}</Line>}
            </dl>
          ) : (
            <p className="px-5 pb-5 text-muted">
              Status comes from the store alone. Set <code className="font-mono">KAFKA_BOOTSTRAP_SERVERS</code> to follow the status topic as well.
            </p>
          )}
        </Card>
      </div>
    </div>
  );
}
