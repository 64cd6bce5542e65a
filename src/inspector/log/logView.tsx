import { isWide, log } from "../app.js";
import { texts } from "../language.js";
import { Addresses } from "../parts/addresses.js";
import { Detail } from "./detail.js";
import { FilterBar } from "./filterBar.js";
import { RowView } from "./rowView.js";
import { everything, type Row } from "./rows.js";
import { VirtualList } from "./virtualList.js";

const keyOf = ({ uid }: Row): number => uid;
const renderRow = (row: Row) => <RowView row={row} />;

/** Rows of one line, and of two where there is little room. */
const rowHeights = { wide: 30, narrow: 50 };

function Empty() {
  const say = texts.value;
  return (
    <div class="empty">
      {log.total.value === 0 ? (
        <>
          <p>
            <strong>{say.logEmpty}</strong>
          </p>
          <p>{say.logEmptyHint}</p>
          <Addresses />
        </>
      ) : (
        <>
          <p>
            <strong>{say.logNoMatch}</strong>
          </p>
          <button type="button" onClick={() => log.setFilter(everything)}>
            {say.resetFilter}
          </button>
        </>
      )}
    </div>
  );
}

function Count() {
  const say = texts.value;
  return (
    <p class="count">
      {log.isPaused.value && <strong>{say.paused(log.held.value)}</strong>}
      <span>{say.shownOf(log.shown.value.length, log.total.value)}</span>
    </p>
  );
}

function List() {
  const rows = log.shown.value;
  if (rows.length === 0) return <Empty />;
  return (
    <VirtualList
      items={rows}
      keyOf={keyOf}
      rowHeight={isWide.value ? rowHeights.wide : rowHeights.narrow}
      selectedKey={log.selected.value?.uid}
      label={texts.value.logList}
      onSelect={(row) => (log.selected.value = row)}
      onOpen={() => (log.isOpen.value = true)}
      renderItem={renderRow}
      toEnd={texts.value.toNewest}
    />
  );
}

export function LogView() {
  const row = log.isOpen.value ? log.selected.value : undefined;
  return (
    <section
      id="log"
      class={row ? "log log-open" : "log"}
      aria-label={texts.value.views.log}
      tabIndex={-1}
    >
      <FilterBar />
      <Count />
      <div class={row ? "log-body with-detail" : "log-body"}>
        <List />
        {row && <Detail row={row} />}
      </div>
    </section>
  );
}
