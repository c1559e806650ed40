// Shares of rows by bin or category: the history as an outline, the batch as bars, what was published beside it.
import type { Bar } from "../api/types";
import { percent } from "../lib/format";

const WIDTH = 420;
const HEIGHT = 108;
const FOOT = 18;

export function NumericHistogram({ bars, label }: { bars: Bar[]; label: string }) {
  const top = Math.max(0.01, ...bars.flatMap((bar) => [bar.baseline ?? 0, bar.batch ?? 0, bar.after ?? 0]));
  const step = WIDTH / bars.length;
  const y = (share: number | null): number => HEIGHT - ((share ?? 0) / top) * (HEIGHT - 6);
  const outline = bars.map((bar, i) => `L${i * step} ${y(bar.baseline)}L${(i + 1) * step} ${y(bar.baseline)}`).join("");
  const healed = bars.some((bar) => bar.after != null);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`} className="w-full" role="img" aria-label={label}>
      <path d={`M0 ${HEIGHT}${outline}L${WIDTH} ${HEIGHT}Z`} className="fill-line dark:fill-line-strong/60" />
      {bars.map((bar, i) => (
        <g key={bar.label}>
          <title>{`${bar.label}: history ${percent(bar.baseline)}, batch ${percent(bar.batch)}${healed ? `, published ${percent(bar.after)}` : ""}`}</title>
          <rect x={i * step} y={0} width={step} height={HEIGHT} fill="transparent" />
          <rect x={i * step + 1} y={y(bar.batch)} width={Math.max(1, step - 2)} height={HEIGHT - y(bar.batch)} rx={1.5} className="fill-high/55" />
          {bar.after != null && (
            <rect x={i * step + 1} y={y(bar.after) - 1} width={Math.max(1, step - 2)} height={2.5} rx={1} className="fill-accent" />
          )}
        </g>
      ))}
      <path d={`M0 ${HEIGHT}H${WIDTH}`} className="stroke-line-strong" strokeWidth={1} />
      {[0, Math.floor(bars.length / 2), bars.length - 1].map((i, place) => (
        <text
          key={place}
          x={place === 0 ? 0 : place === 1 ? (i + 0.5) * step : WIDTH}
          y={HEIGHT + 14}
          textAnchor={place === 0 ? "start" : place === 1 ? "middle" : "end"}
          className="num fill-faint text-[11px]"
        >
          {bars[i]?.label}
        </text>
      ))}
    </svg>
  );
}

export function CategoryBars({ bars, label }: { bars: Bar[]; label: string }) {
  const top = Math.max(0.01, ...bars.flatMap((bar) => [bar.baseline ?? 0, bar.batch ?? 0, bar.after ?? 0]));
  const healed = bars.some((bar) => bar.after != null);
  return (
    <ul className="space-y-1.5" aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.label} className="grid grid-cols-[minmax(0,9rem)_1fr_auto] items-center gap-2 text-[12px]">
          <span className="truncate font-mono text-[11.5px]" title={bar.label}>
            {bar.label}
          </span>
          <span className="relative block h-[15px] overflow-hidden rounded-sm bg-sunken">
            <span className="absolute inset-y-0 left-0 bg-line dark:bg-line-strong/70" style={{ width: `${((bar.baseline ?? 0) / top) * 100}%` }} />
            <span className="absolute top-[4px] left-0 h-[7px] rounded-r-sm bg-high/70" style={{ width: `${((bar.batch ?? 0) / top) * 100}%` }} />
            {healed && <span className="absolute inset-y-0 w-[2.5px] bg-accent" style={{ left: `max(0px, calc(${((bar.after ?? 0) / top) * 100}% - 2.5px))` }} />}
          </span>
          <span className="num w-24 text-right text-muted">
            {percent(bar.baseline)} → <span className="font-medium text-ink">{percent(bar.batch)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

export function HistogramKey({ healed }: { healed: boolean }) {
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-[11.5px] text-muted">
      <span className="inline-flex items-center gap-1.5">
        <span className="size-2.5 rounded-sm bg-line dark:bg-line-strong" aria-hidden /> accepted history
      </span>
      <span className="inline-flex items-center gap-1.5">
        <span className="size-2.5 rounded-sm bg-high/60" aria-hidden /> this batch
      </span>
      {healed && (
        <span className="inline-flex items-center gap-1.5">
          <span className="h-[3px] w-3 rounded bg-accent" aria-hidden /> as published
        </span>
      )}
    </p>
  );
}
