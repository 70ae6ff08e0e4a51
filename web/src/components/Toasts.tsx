import { notification } from "antd";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import type { TaskInfo } from "../api/tasks";
import { say, type Word } from "../i18n";

/** One for each task that ended, once, with the way to it. */
export function Toasts({ ended }: { ended: readonly TaskInfo[] }) {
  // By the hook, whose holder stands within the router: what notifications show has links.
  const [shown, holder] = notification.useNotification();
  const told = useRef(new Set<string>());
  useEffect(() => {
    for (const task of ended.filter(({ id, attempt }) => !told.current.has(`${id}:${attempt}`))) {
      told.current.add(`${task.id}:${task.attempt}`);
      shown[SHOWN[task.status] ?? "info"]({
        key: task.id,
        title: `${say(`kind.${task.kind}` as Word)}: ${say(`status.${stands(task)}` as Word)}`,
        description: <Link to={`/tasks/${task.id}`}>{task.about ?? task.id}</Link>,
      });
    }
  }, [shown, ended]);
  return holder;
}

const SHOWN: Record<string, "success" | "error" | "info"> = { completed: "success", failed: "error" };

function stands(task: TaskInfo): string {
  return task.status === "completed" && task.outcome === "partial" ? "partial" : task.status;
}
