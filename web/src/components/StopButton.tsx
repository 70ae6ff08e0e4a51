import { StopOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button, Popconfirm } from "antd";
import { cancelTask, hasEnded, type TaskInfo } from "../api/tasks";
import { useWords } from "../i18n";
import { useMay } from "../state/session";
import { Problem } from "./Problem";

/** Stops a running task, after a question that says what stays. */
export function StopButton({ task }: { task: TaskInfo }) {
  const t = useWords();
  const may = useMay("manager");
  const stopping = useMutation({ mutationFn: () => cancelTask(task.id) });
  if (!may || hasEnded(task)) return null;
  return (
    <>
      <Popconfirm
        title={t("task.stop_question")}
        description={t("task.stop_what")}
        okText={t("task.stop")}
        cancelText={t("task.stop_no")}
        okButtonProps={{ danger: true }}
        onConfirm={() => stopping.mutate()}
      >
        <Button
          danger
          icon={<StopOutlined aria-hidden />}
          loading={stopping.isPending}
          disabled={stopping.isSuccess}
        >
          {t("task.stop")}
        </Button>
      </Popconfirm>
      <Problem error={stopping.error} />
    </>
  );
}
