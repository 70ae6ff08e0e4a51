import {
  CheckCircleOutlined,
  ClockCircleOutlined,
  CloseCircleOutlined,
  ExclamationCircleOutlined,
  PauseCircleOutlined,
  RollbackOutlined,
  SyncOutlined,
} from "@ant-design/icons";
import { Tag, theme } from "antd";
import type { ReactNode } from "react";
import type { TaskInfo } from "../api/tasks";
import { useWords, type Word } from "../i18n";
import { useFormat } from "../state/format";

const SHOWN: Record<string, [string, ReactNode]> = {
  pending: ["default", <ClockCircleOutlined aria-hidden key="icon" />],
  running: ["processing", <SyncOutlined aria-hidden key="icon" spin />],
  completed: ["success", <CheckCircleOutlined aria-hidden key="icon" />],
  partial: ["warning", <ExclamationCircleOutlined aria-hidden key="icon" />],
  undone: ["default", <RollbackOutlined aria-hidden key="icon" />],
  failed: ["error", <CloseCircleOutlined aria-hidden key="icon" />],
  cancelled: ["default", <PauseCircleOutlined aria-hidden key="icon" />],
};

/** How a task stands, truthfully: one that waits for its next try says when, and how many there were. */
export function StatusTag({ task }: { task: TaskInfo }) {
  const t = useWords();
  const format = useFormat();
  // The icon says the colour; the words have to be read.
  const { colorText: color } = theme.useToken().token;
  if (task.retry) {
    const { at, tries, limit } = task.retry;
    return (
      <Tag color="warning" icon={<SyncOutlined aria-hidden />}>
        <span style={{ color }}>
          {t("status.retrying", { at: format.clock(at), tries, limit: limit || "∞" })}
        </span>
      </Tag>
    );
  }
  const how =
    task.status === "completed" && task.outcome !== "clean" && task.outcome ? task.outcome : task.status;
  const [kind, icon] = SHOWN[how] ?? ["default", null];
  return (
    <Tag color={kind} icon={icon}>
      <span style={{ color }}>{t(`status.${how}` as Word)}</span>
    </Tag>
  );
}
