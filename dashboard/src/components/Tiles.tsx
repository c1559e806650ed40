// The five figures at the top.
import { Activity, Bandage, Hourglass, ShieldAlert, Timer } from "lucide-react";
import type { ReactNode } from "react";
import type { Severity, Tiles as Figures } from "../api/types";
import { count, score, seconds, title } from "../lib/format";
import { Link } from "../lib/router";
import { severityOf } from "./Badges";

const ORDER: Severity[] = ["critical", "high", "medium", "low"];

function Tile({ icon: Icon, label, value, unit, children, to }: { icon: typeof Activity; label: string; value: string; unit?: string; children?: ReactNode; to?: string }) {
  const body = (
    <>
      <span className="flex items-center gap-1.5 text-[12.5px] text-muted">
        <Icon size={14} className="text-faint" aria-hidden /> {label}
      </span>
      <span className="num mt-2 block text-[30px] leading-none font-semibold tracking-[-0.03em]">
        {value}
        {unit && <span className="ml-1 text-[14px] font-medium tracking-normal text-faint">{unit}</span>}
      </span>
      <span className="mt-2.5 block min-h-[18px] text-[12px] text-muted">{children}</span>
    </>
  );
  const look = "card block px-5 py-4";
  return to ? (
    <Link to={to} className={`${look} transition-colors hover:border-line-strong`}>
      {body}
    </Link>
  ) : (
    <div className={look}>{body}</div>
  );
}

export function Tiles({ tiles }: { tiles: Figures }) {
  const { open_by_severity: by } = tiles;
  return (
    <div className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-5" data-testid="tiles">
      <Tile icon={Activity} label="Mean quality score" value={score(tiles.mean_score)} unit={tiles.mean_score == null ? undefined : "/ 100"}>
        {tiles.mean_score == null ? (
          "no batch was judged yet"
        ) : (
          <span className="block pt-[5px]">
            <span className="block h-1.5 overflow-hidden rounded-full bg-sunken" aria-hidden>
              <span className="block h-full rounded-full bg-accent" style={{ width: `${tiles.mean_score * 100}%` }} />
            </span>
            <span className="sr-only">over {tiles.scored_datasets} data sets</span>
          </span>
        )}
      </Tile>
      <Tile icon={ShieldAlert} label="Open incidents" value={count(tiles.open_incidents)} to="incidents?state=open">
        {tiles.open_incidents === 0 ? (
          "nothing needs a look"
        ) : (
          <span className="flex flex-wrap gap-x-2.5 gap-y-0.5 text-[11.5px]">
            {ORDER.filter((name) => by[name] > 0).map((name) => {
              const { icon: Icon, tone } = severityOf(name);
              return (
                <span key={name} className={`num inline-flex items-center gap-1 font-semibold ${tone.split(" ")[1]}`} title={title(name)}>
                  <Icon size={12} strokeWidth={2.4} aria-hidden /> {by[name]} <span className="-ml-0.5 font-normal">{name}</span>
                </span>
              );
            })}
          </span>
        )}
      </Tile>
      <Tile icon={Hourglass} label="Held for a person" value={count(tiles.held_batches)}>
        {tiles.running_batches > 0 ? `${count(tiles.running_batches)} on the way now` : "none on the way now"}
      </Tile>
      <Tile icon={Bandage} label="Healed in 24 h" value={count(tiles.healed_batches_24h)} unit={tiles.healed_batches_24h === 1 ? "batch" : "batches"}>
        <span className="num">
          {count(tiles.healed_cells_24h)} cells · {count(tiles.quarantined_rows_24h)} rows set aside
        </span>
      </Tile>
      <Tile icon={Timer} label="Median time to heal" value={seconds(tiles.median_heal_s).split(" ")[0]!} unit={seconds(tiles.median_heal_s).split(" ")[1]}>
        <span className="num">
          {count(tiles.published_24h)} of {count(tiles.batches_24h)} batches published in 24 h
        </span>
      </Tile>
    </div>
  );
}
