// Light, dark, or as the system has it.
import { create } from "zustand";

export type Theme = "system" | "light" | "dark";
const KEY = "dqheal.theme";

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

const dark = window.matchMedia("(prefers-color-scheme: dark)");

export const useTheme = create<{ theme: Theme; painted: "light" | "dark" }>(() => ({ theme: stored(), painted: "light" }));

function paint(): void {
  const { theme } = useTheme.getState();
  const painted = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  document.documentElement.dataset.theme = painted;
  useTheme.setState({ painted });
}

export function setTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // not kept over a reload
  }
  useTheme.setState({ theme });
  paint();
}

dark.addEventListener("change", paint);
paint();
