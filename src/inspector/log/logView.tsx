import { isWide, log } from "../app.js";
import { texts } from "../language.js";
import { Addresses } from "../parts/addresses.js";
import { Detail } from "./detail.js";
import { FilterBar } from "./filterBar.js";
import { RowView } from "./rowView.js";
import { noFilter, type Row } from "./rows.js";
import { VirtualList } from "./virtualList.js";

const keyOf = ({ uid }: Row): number => uid;
const renderRow = (row: Row) => <RowView row={row} />;

/** Rows have one line, and two on a narrow page. */
const rowHeights = { wide: 30, narrow: 50 };

function Empty() {
  const t = texts.value;
  return (
    <div class="empty">
      {log.total.value === 0 ? (
        <>
          <p>
            <strong>{t.logEmpty}</strong>
          </p>
          <p>{t.logEmptyHint}</p>
          <Addresses />
        </>
      ) : (
        <>
          <p>
            <strong>{t.logNoMatch}</strong>
          </p>
          <button type="button" onClick={() => log.setFilter(noFilter)}>
            {t.resetFilter}
          </button>
        </>
      )}
    </div>
  );
}

function Count() {
  const t = texts.value;
  return (
    <p class="count">
      {log.isPaused.value && <strong>{t.paused(log.held.value)}</strong>}
      <span>{t.shownOf(log.shown.value.length, log.total.value)}</span>
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
