// The newest events first; once a person scrolls away from the top the list stands still and counts what is new.
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUp, Radio } from "lucide-react";
import { useLayoutEffect, useRef, useState } from "react";
import type { StatusEvent } from "../api/types";
import { moment, time } from "../lib/format";
import { Link } from "../lib/router";
import { Empty } from "./Blocks";

const ROW = 46;
const TONES: Record<StatusEvent["tone"], string> = {
  neutral: "bg-line-strong",
  good: "bg-good",
  warn: "bg-medium",
  bad: "bg-critical",
  active: "bg-accent",
};

export function EventFeed({ events, height }: { events: StatusEvent[]; height: number }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [frozenAt, setFrozenAt] = useState<number | null>(null);
  const mountedAt = useRef(events[events.length - 1]?.seq ?? 0);

  const shown = frozenAt == null ? events : events.filter((event) => event.seq <= frozenAt);
  const fresh = events.length - shown.length;
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 6,
  });

  const onScroll = (): void => {
    const away = (scroller.current?.scrollTop ?? 0) > 8;
    if (away && frozenAt == null) setFrozenAt(events[events.length - 1]?.seq ?? 0);
    if (!away && frozenAt != null) setFrozenAt(null);
  };

  const release = (): void => {
    setFrozenAt(null);
    scroller.current?.scrollTo({ top: 0 });
  };

  useLayoutEffect(() => {
    if (frozenAt == null && scroller.current) scroller.current.scrollTop = 0;
  }, [events.length, frozenAt]);

  if (!events.length) {
    return (
      <Empty icon={Radio} title="Quiet so far">
        Every stage of every batch tells here what it did.
      </Empty>
    );
  }
  return (
    <div className="relative">
      {fresh > 0 && (
        <button
          type="button"
          onClick={release}
          className="absolute top-2 left-1/2 z-10 inline-flex -translate-x-1/2 items-center gap-1 rounded-full bg-accent px-3 py-1 text-[12px] font-semibold text-surface shadow-card"
        >
          <ArrowUp size={12} aria-hidden /> {fresh} new {fresh === 1 ? "event" : "events"}
        </button>
      )}
      <div ref={scroller} onScroll={onScroll} className="overflow-y-auto px-2 pb-2" style={{ height }} tabIndex={0} role="log" aria-label="Events" aria-live="off">
        <div className="relative w-full" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const event = shown[shown.length - 1 - row.index]!;
            const line = (
              <>
                <span className={`mt-[7px] size-2 shrink-0 rounded-full ${TONES[event.tone]}`} aria-hidden />
                <span className="min-w-0 flex-1">
                  <span className="block truncate text-[13px] leading-snug">{event.text}</span>
                  <span className="block truncate text-[11.5px] text-faint">
                    {event.dataset ? `${event.dataset} / ${event.batch_id}` : event.type}
                    {(event.attempt ?? 1) > 1 && ` · attempt ${event.attempt}`}
                  </span>
                </span>
                <time className="num mt-0.5 shrink-0 text-[11.5px] text-faint" dateTime={event.time} title={moment(event.time)}>
                  {time(event.time)}
                </time>
              </>
            );
            const look = `absolute inset-x-0 top-0 flex gap-2.5 rounded-lg px-3 py-1.5 ${event.seq > mountedAt.current ? "arrive" : ""}`;
            const place = { height: ROW, transform: `translateY(${row.start}px)` };
            return event.dataset ? (
              <Link key={event.seq} to={`datasets/${encodeURIComponent(event.dataset)}`} className={`${look} hover:bg-sunken`} style={place} data-seq={event.seq}>
                {line}
              </Link>
            ) : (
              <div key={event.seq} className={look} style={place} data-seq={event.seq}>
                {line}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
