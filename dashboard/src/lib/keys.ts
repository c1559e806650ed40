// Everything can be reached from the keyboard; these are the short ways.
import { useEffect } from "react";
import { navigate } from "./router";

const PLACES: Record<string, string> = { o: "", i: "incidents", d: "datasets", s: "system" };

function move(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
}

export function useKeys(openHelp: () => void): void {
  useEffect(() => {
    let leader = 0;
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target as HTMLElement;
      if (target.closest("input, select, textarea, dialog[open]")) return;
      if (leader && event.timeStamp - leader < 1200 && event.key in PLACES) {
        leader = 0;
        navigate(PLACES[event.key]!);
        return;
      }
      leader = 0;
      if (event.key === "g") leader = event.timeStamp;
      else if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.key === "?") openHelp();
      else if (event.key === "/") {
        const field = document.querySelector<HTMLElement>("[data-filter]");
        if (field) {
          event.preventDefault();
          field.focus();
        }
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [openHelp]);
}
