// A data set's quality score over its batches, with the range its clean batches lead one to expect.
import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import type { Band, ScorePoint } from "../api/types";
import { moment, score, title } from "../lib/format";
import { navigate } from "../lib/router";
import { useTheme } from "../lib/theme";

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const withAlpha = (colour: string, alpha: number): string => `color-mix(in srgb, ${colour} ${alpha * 100}%, transparent)`;

function markColour(point: ScorePoint): string {
  if (point.status === "failed") return token("critical");
  if (point.issues.length) return token(point.severity ?? "medium");
  if (point.status === "held") return token("medium");
  return token("accent");
}

export function ScoreChart({ timeline, band, height, label }: { timeline: ScorePoint[]; band: Band | null; height: number; label: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const theme = useTheme((state) => state.painted);
  const latest = useRef({ timeline, band });
  latest.current = { timeline, band };

  const data = useMemo<uPlot.AlignedData>(() => {
    const x = timeline.map((_, index) => index);
    return [x, timeline.map((point) => (point.score == null ? null : point.score * 100))];
  }, [timeline]);

  useEffect(() => {
    const host = frame.current;
    if (!host) return;

    const drawBand = (u: uPlot): void => {
      const { band } = latest.current;
      if (!band) return;
      const { ctx, bbox } = u;
      const top = u.valToPos(band.high * 100, "y", true);
      const bottom = u.valToPos(band.low * 100, "y", true);
      ctx.save();
      ctx.fillStyle = withAlpha(token("accent"), 0.09);
      ctx.fillRect(bbox.left, top, bbox.width, Math.max(2, bottom - top));
      ctx.strokeStyle = withAlpha(token("accent"), 0.35);
      ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, bottom);
      ctx.lineTo(bbox.left + bbox.width, bottom);
      ctx.stroke();
      ctx.restore();
    };

    const drawMarks = (u: uPlot): void => {
      const { ctx, bbox } = u;
      ctx.save();
      latest.current.timeline.forEach((point, index) => {
        const flagged = point.issues.length > 0 || point.status === "held" || point.status === "failed";
        const x = u.valToPos(index, "x", true);
        const colour = markColour(point);
        if (point.score == null) {
          ctx.strokeStyle = token("faint");
          ctx.lineWidth = 1.5 * devicePixelRatio;
          ctx.beginPath();
          ctx.arc(x, bbox.top + bbox.height - 6 * devicePixelRatio, 3 * devicePixelRatio, 0, Math.PI * 2);
          ctx.stroke();
          return;
        }
        const y = u.valToPos(point.score * 100, "y", true);
        if (flagged) {
          ctx.strokeStyle = withAlpha(colour, 0.3);
          ctx.lineWidth = devicePixelRatio;
          ctx.beginPath();
          ctx.moveTo(x, bbox.top + bbox.height);
          ctx.lineTo(x, y);
          ctx.stroke();
        }
        ctx.fillStyle = token("surface");
        ctx.beginPath();
        ctx.arc(x, y, (flagged ? 6.5 : 3.5) * devicePixelRatio, 0, Math.PI * 2);
        ctx.fill();
        ctx.fillStyle = colour;
        ctx.beginPath();
        ctx.arc(x, y, (flagged ? 4.5 : 2.5) * devicePixelRatio, 0, Math.PI * 2);
        ctx.fill();
      });
      ctx.restore();
    };

    const follow = (u: uPlot): void => {
      const index = u.cursor.idx;
      const point = index == null ? undefined : latest.current.timeline[index];
      const box = tip.current;
      if (!box) return;
      if (!point || index == null || u.cursor.left == null || u.cursor.left < 0) {
        box.hidden = true;
        return;
      }
      const [name, value, more] = box.children as unknown as HTMLElement[];
      name!.textContent = point.batch_id;
      value!.textContent = point.score == null ? "not judged" : `score ${score(point.score)}`;
      more!.textContent = `${point.issues.length ? point.issues.map(title).join(", ") : title(point.status)} · ${moment(point.time)}`;
      box.hidden = false;
      const left = u.valToPos(index, "x");
      box.style.transform = `translateX(${Math.min(Math.max(0, left - box.offsetWidth / 2 + 34), host.clientWidth - box.offsetWidth)}px)`;
    };

    const axis = { stroke: token("faint"), font: "11px Inter, system-ui, sans-serif", ticks: { show: false } };
    const plot = new uPlot(
      {
        width: host.clientWidth,
        height,
        padding: [10, 14, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
        scales: {
          x: { time: false, range: (_, min, max) => [min - 0.5, Math.max(max, min + 5) + 0.5] },
          y: { range: [-4, 104] },
        },
        axes: [
          {
            ...axis,
            size: 24,
            space: 76,
            grid: { show: false },
            values: (_, splits) => splits.map((at) => (Number.isInteger(at) ? (latest.current.timeline[at]?.batch_id ?? "").slice(-12) : "")),
          },
          { ...axis, size: 34, grid: { stroke: token("line"), width: 1 }, splits: () => [0, 50, 100] },
        ],
        series: [
          {},
          {
            stroke: withAlpha(token("accent"), 0.85),
            width: 1.75,
            spanGaps: true,
            points: { show: false },
            paths: uPlot.paths.linear!(),
          },
        ],
        hooks: { drawAxes: [drawBand], draw: [drawMarks], setCursor: [follow] },
      },
      latest.current.timeline.length ? data : [[], []],
      host,
    );
    chart.current = plot;
    const resize = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height }));
    resize.observe(host);
    const open = (): void => {
      const index = plot.cursor.idx;
      const point = index == null ? undefined : latest.current.timeline[index];
      if (point?.incident_id) navigate(`incidents/${encodeURIComponent(point.incident_id)}`);
    };
    plot.over.addEventListener("click", open);
    return () => {
      resize.disconnect();
      plot.destroy();
      chart.current = null;
    };
    // data is set by the effect below; the chart is made anew for another theme or height only
  }, [height, theme]);

  useEffect(() => {
    chart.current?.setData(data);
  }, [data, band]);

  const judged = timeline.filter((point) => point.score != null);
  const last = judged[judged.length - 1];
  return (
    <div className="relative" role="img" aria-label={`${label}: ${timeline.length} batches, last score ${score(last?.score)}${band ? `, expected ${score(band.low)} to ${score(band.high)}` : ""}`}>
      <div ref={frame} style={{ height }} />
      <div
        ref={tip}
        hidden
        className="pointer-events-none absolute top-0 left-0 z-10 w-max max-w-64 rounded-lg border border-line bg-raised px-2.5 py-1.5 text-[12px] shadow-card"
      >
        <p className="font-semibold" />
        <p className="num" />
        <p className="text-muted" />
      </div>
    </div>
  );
}
