import { App } from "antd";
import { useEffect } from "react";
import { Link } from "react-router";
import type { TaskInfo } from "../api/tasks";
import { say, type Word } from "../i18n";
import { live } from "../state/live";

/** One for each task that ends while this tab is open, with the way to it. */
export function Toasts() {
  const { notification } = App.useApp();
  useEffect(
    () =>
      live.onEnded((task) => {
        const show = SHOWN[task.status] ?? "info";
        notification[show]({
          key: task.id,
          title: `${say(`kind.${task.kind}` as Word)}: ${say(`status.${stands(task)}` as Word)}`,
          description: <Link to={`/tasks/${task.id}`}>{task.about ?? task.id}</Link>,
        });
      }),
    [notification],
  );
  return null;
}

const SHOWN: Record<string, "success" | "error" | "info"> = { completed: "success", failed: "error" };

function stands(task: TaskInfo): string {
  return task.status === "completed" && task.outcome === "partial" ? "partial" : task.status;
}
