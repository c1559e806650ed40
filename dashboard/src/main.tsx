import "./index.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Shell } from "./components/Shell";
import { start } from "./lib/live";
import { useRoute } from "./lib/router";
import { DatasetPage } from "./pages/DatasetPage";
import { DatasetsPage } from "./pages/DatasetsPage";
import { IncidentPage } from "./pages/IncidentPage";
import { IncidentsPage } from "./pages/IncidentsPage";
import { Missing } from "./pages/Missing";
import { Overview } from "./pages/Overview";
import { SystemPage } from "./pages/SystemPage";

const queries = new QueryClient({
  defaultOptions: { queries: { retry: 1, staleTime: 2_000, refetchOnWindowFocus: false } },
});

function Page() {
  const { parts } = useRoute();
  const [place, name, ...rest] = parts;
  if (rest.length) return <Missing />;
  if (place === undefined) return <Overview />;
  if (place === "incidents") return name ? <IncidentPage key={name} id={name} /> : <IncidentsPage />;
  if (place === "datasets") return name ? <DatasetPage key={name} name={name} /> : <DatasetsPage />;
  if (place === "system" && !name) return <SystemPage />;
  return <Missing />;
}

start();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Shell>
        <Page />
      </Shell>
    </QueryClientProvider>
  </StrictMode>,
);
