import { Progress as Bar, Flex, Typography } from "antd";
import { hasEnded, type TaskInfo } from "../api/tasks";
import { useWords } from "../i18n";
import { useFormat } from "../state/format";

const STATES = { failed: "exception", completed: "success", running: "active" } as const;

/** How far a task is: percent, rows, rate and what is left, all of one moment. */
export function Progress({ task, compact = false }: { task: TaskInfo; compact?: boolean }) {
  const t = useWords();
  const format = useFormat();
  const { percent, processed, total, rows_per_second: rate, eta_seconds: left } = task.progress;
  const status = STATES[task.status as keyof typeof STATES] ?? "normal";
  const rows =
    total === null
      ? t("task.processed_only", { processed })
      : t("task.processed", { processed: format.number(processed), total: format.number(total) });
  const moving = !hasEnded(task);
  const facts = [
    rows,
    moving && rate !== null && t("task.rate", { rate: format.number(Math.round(rate)) }),
    moving && left !== null && t("task.eta", { left: format.duration(left) }),
  ].filter(Boolean);
  return (
    <div style={{ minWidth: 120 }}>
      <Bar
        percent={percent}
        status={status}
        size={compact ? "small" : "default"}
        aria-label={task.progress.message}
      />
      {!compact && (
        <Flex justify="space-between" gap="small" wrap>
          <Typography.Text aria-live="polite">{task.progress.message}</Typography.Text>
          <Typography.Text type="secondary">{facts.join(" · ")}</Typography.Text>
        </Flex>
      )}
    </div>
  );
}
