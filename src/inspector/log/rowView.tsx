import { exactTime, texts } from "../language.js";
import { Icon, type IconName } from "../parts/icon.js";
import { previewOf, type Row } from "./rows.js";

/** The name of a row: what it is in a word or two. */
export function titleOf({ kind, what, entry }: Row): string {
  const { unreadable, restarted, missed } = texts.value;
  if (kind === "restart") return restarted;
  if (entry.kind === "gap") return missed(entry.missed);
  return kind === "unreadable" ? unreadable : what;
}

function wayOf({ entry }: Row): { icon: IconName; way: string; words: string } {
  const { toServer, toClient, eventRow } = texts.value;
  if (entry.kind === "frame") {
    return entry.direction === "in"
      ? { icon: "up", way: "in", words: toServer }
      : { icon: "down", way: "out", words: toClient };
  }
  const isWarning = entry.kind === "gap" || entry.level === "warning";
  return { icon: isWarning ? "warning" : "dot", way: "event", words: eventRow };
}

const shortId = (connectionId: string): string =>
  connectionId.replace(/^connection-/, "").slice(0, 8);

function whereOf({ who, entry, connectionIds }: Row): string {
  if (who !== "") return who;
  if (entry.kind === "frame" && entry.transport === "rest") return texts.value.overRest;
  return connectionIds.map(shortId).join(", ");
}

/** In the order a screen reader is to say it; what a frame holds is read when it is opened. */
export function RowView({ row }: { row: Row }) {
  const { entry, kind, isProblem } = row;
  const { icon, way, words } = wayOf(row);
  const status = entry.kind === "frame" ? entry.status : null;
  return (
    <>
      <span class={`row-what ${kind}${isProblem ? " problem" : ""}`}>{titleOf(row)}</span>
      <span class={`row-way ${way}`}>
        <Icon name={icon} />
        <span class="unseen">{words}</span>
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
