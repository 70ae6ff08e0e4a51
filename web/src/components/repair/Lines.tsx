import { Input, Typography, theme } from "antd";
import { useState } from "react";
import { asText, type Reject } from "../../api/rejects";
import { useWords } from "../../i18n";
import type { Editing } from "./RowEditor";

const MOST_AT_ONCE = 8;
/** What a person knows a payment by: the database keeps no order of a row's fields. */
const KNOWN_BY = ["Номер", "Дата", "Сумма", "Плательщик", "Получатель", "НазначениеПлатежа"];
/** Shown even where they are empty: what is missing is often why. */
const isShown = (row: Reject, field: string): boolean => field === row.field || asText(row.raw[field]) !== "";

/** The row as its source had it, a line a field, with the wrong one marked; each can be written anew. */
export function Lines({ row, editing }: { row: Reject; editing?: Editing }) {
  const t = useWords();
  const [whole, setWhole] = useState(false);
  const fields = ordered(row);
  const shown = whole ? fields : fields.filter((field) => isShown(row, field)).slice(0, MOST_AT_ONCE);
  return (
    <>
      <dl style={{ margin: 0, fontFamily: "monospace" }}>
        {shown.map((field) => (
          <Line key={field} row={row} field={field} {...(whole && editing && { editing })} />
        ))}
      </dl>
      {!whole && shown.length < fields.length && (
        <Typography.Link
          onClick={() => setWhole(true)}
          role="button"
          tabIndex={0}
          onKeyDown={onEnter(() => setWhole(true))}
        >
          {t("repair.other_fields")}
        </Typography.Link>
      )}
    </>
  );
}

function Line({ row, field, editing }: { row: Reject; field: string; editing?: Editing }) {
  const { token } = theme.useToken();
  const wrong = field === row.field;
  const mark = { background: token.colorErrorBg, borderInlineStart: `3px solid ${token.colorError}` };
  return (
    <div
      style={{ display: "flex", flexWrap: "wrap", padding: "1px 8px", ...(wrong && mark) }}
      data-wrong={wrong}
    >
      <dt style={{ color: token.colorTextSecondary, minWidth: 180 }}>{field}</dt>
      <dd style={{ margin: 0, flex: 1, minWidth: 160, overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
        {editing && !wrong ? (
          <Input
            size="small"
            aria-label={field}
            value={editing.value(field)}
            onChange={(event) => editing.say(field, event.target.value)}
            onPressEnter={editing.save}
          />
        ) : (
          <Was row={row} field={field} />
        )}
      </dd>
    </div>
  );
}

/** What the source had, and what somebody says instead. */
function Was({ row, field }: { row: Reject; field: string }) {
  const before = asText(row.raw[field]);
  const now = row.corrected ? asText(row.corrected[field]) : before;
  if (now === before) return before;
  return (
    <>
      <del>{before}</del> <ins>{now}</ins>
    </>
  );
}

/** The wrong field first, then what a payment is known by, then the others as they come. */
function ordered(row: Reject): string[] {
  const all = { ...row.raw, ...row.corrected };
  const known = KNOWN_BY.filter((field) => field in all);
  return [...new Set([...(row.field === null ? [] : [row.field]), ...known, ...Object.keys(all)])];
}

const onEnter = (what: () => void) => (event: { key: string }) => {
  if (event.key === "Enter") what();
};
