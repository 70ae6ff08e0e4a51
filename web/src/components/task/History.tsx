import { DownloadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { download } from "../../api/download";
import type { TaskInfo } from "../../api/tasks";
import { useWords } from "../../i18n";
import { Problem } from "../Problem";

/** Everything that happened to a task, as a file. */
export function History({ task }: { task: TaskInfo }) {
  const t = useWords();
  const saving = useMutation({
    mutationFn: () => download(`/api/v1/tasks/${task.id}/events/export`, `events-${task.id}.jsonl`),
  });
  return (
    <>
      <Button icon={<DownloadOutlined />} loading={saving.isPending} onClick={() => saving.mutate()}>
        {t("repair.history")}
      </Button>
      <Problem error={saving.error} />
    </>
  );
}
