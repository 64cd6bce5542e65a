import { exactTime, texts } from "../language.js";
import { Icon, type IconName } from "../parts/icon.js";
import { previewOf, type Row } from "./rows.js";

/** The title of a row. */
export function titleOf({ kind, what, entry }: Row): string {
  const { unreadable, restarted, missed } = texts.value;
  if (kind === "restart") return restarted;
  if (entry.kind === "gap") return missed(entry.missed);
  return kind === "unreadable" ? unreadable : what;
}

function directionOf({ entry }: Row): { icon: IconName; direction: string; label: string } {
  const { toServer, toClient, eventRow } = texts.value;
  if (entry.kind === "frame") {
    return entry.direction === "in"
      ? { icon: "up", direction: "in", label: toServer }
      : { icon: "down", direction: "out", label: toClient };
  }
  const isWarning = entry.kind === "gap" || entry.level === "warning";
  return { icon: isWarning ? "warning" : "dot", direction: "event", label: eventRow };
}

const shortId = (connectionId: string): string =>
  connectionId.replace(/^connection-/, "").slice(0, 8);

function whereOf({ who, entry, connectionIds }: Row): string {
  if (who !== "") return who;
  if (entry.kind === "frame" && entry.transport === "rest") return texts.value.overRest;
  return connectionIds.map(shortId).join(", ");
}

/** In the order of a screen reader, which skips the content of a frame until it is opened. */
export function RowView({ row }: { row: Row }) {
  const { entry, kind, isProblem } = row;
  const { icon, direction, label } = directionOf(row);
  const status = entry.kind === "frame" ? entry.status : null;
  return (
    <>
      <span class={`row-what ${kind}${isProblem ? " problem" : ""}`}>{titleOf(row)}</span>
      <span class={`row-direction ${direction}`}>
        <Icon name={icon} />
        <span class="unseen">{label}</span>
      </span>
      <span class="row-who">{whereOf(row)}</span>
      {status !== null && (
        <span class={`row-status ${status === 200 ? "good" : "bad"}`}>{status}</span>
      )}
      <span class="row-preview" aria-hidden={entry.kind === "frame"}>
        {previewOf(row)}
      </span>
      <span class="row-time">{exactTime(entry.at)}</span>
    </>
  );
}
