// Short names for the generated types; nothing is declared twice.
import type { components } from "./schema";

type S = components["schemas"];
export type Tiles = S["Tiles"];
export type Band = S["Band"];
export type ScorePoint = S["ScorePoint"];
export type Dataset = S["DatasetView"];
export type Batch = S["BatchView"];
export type Stage = S["StageView"];
export type Issue = S["IssueView"];
export type Incident = S["IncidentView"];
export type StatusEvent = S["EventView"];
export type Board = S["Board"];
export type ServerMessage = S["ServerMessage"];
export type ClientMessage = S["ClientMessage"];
export type Snapshot = S["Snapshot"];
export type Delta = S["Delta"];
export type IncidentDetail = S["IncidentDetail"];
export type ColumnDetail = S["ColumnDetail"];
export type Bar = S["Bar"];
export type Evidence = S["EvidenceView"];
export type IssueDetail = S["IssueDetail"];
export type DatasetDetail = S["DatasetDetail"];
export type RowsPage = S["RowsPage"];
export type System = S["SystemView"];
export type IncidentPage = S["Page_IncidentView_"];
export type BatchPage = S["Page_BatchView_"];
export type Severity = "critical" | "high" | "medium" | "low";
