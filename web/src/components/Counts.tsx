import { Statistic, theme } from "antd";
import { counted, type Counts as TaskCounts, VERDICTS } from "../api/tasks";
import { useWords } from "../i18n";
import { useFormat } from "../state/format";

/** Rows by verdict. They are of one moment and always add up to the rows that have one. */
export function Counts({ counts }: { counts: TaskCounts }) {
  const t = useWords();
  const format = useFormat();
  const { token } = theme.useToken();
  return (
    <div style={{ display: "grid", gap: 8, gridTemplateColumns: "repeat(auto-fill, minmax(110px, 1fr))" }}>
      {VERDICTS.filter((name) => counts[name] > 0 || name === "created" || name === "rejected").map(
        (name) => (
          <Statistic
            key={name}
            title={t(`verdict.${name}`)}
            value={format.number(counts[name])}
            styles={name === "rejected" && counts[name] > 0 ? { content: { color: token.colorError } } : {}}
          />
        ),
      )}
      <Statistic title={t("verdict.total")} value={format.number(counted(counts))} />
    </div>
  );
}
