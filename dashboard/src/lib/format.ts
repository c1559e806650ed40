// How numbers and times are written. The numbers themselves come from the server.
const whole = new Intl.NumberFormat("en-GB");
const compact = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const relative = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });

export const NONE = "–";

export const count = (value: number | null | undefined): string =>
  value == null ? NONE : Math.abs(value) >= 100_000 ? compact.format(value) : whole.format(value);

export const plural = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

export const score = (value: number | null | undefined): string => (value == null ? NONE : (value * 100).toFixed(0));

export const percent = (value: number | null | undefined): string =>
  value == null ? NONE : `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;

export function seconds(value: number | null | undefined): string {
  if (value == null) return NONE;
  if (value < 0.0995) return `${Math.max(1, Math.round(value * 1000))} ms`;
  if (value < 9.95) return `${value.toFixed(1)} s`;
  if (value < 90) return `${Math.round(value)} s`;
  if (value < 5400) return `${Math.round(value / 60)} min`;
  return `${(value / 3600).toFixed(1)} h`;
}

export function figure(value: number | string | null | undefined): string {
  if (value == null) return NONE;
  if (typeof value === "string") return value;
  if (Number.isInteger(value)) return count(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e7)) return value.toExponential(2);
  return new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 4 }).format(value);
}

export const time = (iso: string): string => clock.format(new Date(iso));
export const moment = (iso: string): string => full.format(new Date(iso));
export const date = (iso: string): string => day.format(new Date(iso));

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function ago(iso: string | null | undefined, now: number): string {
  if (!iso) return NONE;
  const past = (new Date(iso).getTime() - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(past) >= size) return relative.format(Math.round(past / size), unit);
  }
  return Math.abs(past) < 5 ? "just now" : `${Math.round(-past)} s ago`;
}

export const words = (name: string): string => name.replaceAll("_", " ");
export const title = (name: string): string => {
  const spaced = words(name);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};
