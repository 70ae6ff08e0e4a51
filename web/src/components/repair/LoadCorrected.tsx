import { RedoOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button, Typography } from "antd";
import { replay } from "../../api/again";
import { hasEnded, type TaskInfo } from "../../api/tasks";
import { useWords } from "../../i18n";
import { useMay } from "../../state/session";
import { Problem } from "../Problem";

/** Loads what somebody has corrected; how many rows that are stands on the button. */
export function LoadCorrected({ task, corrected }: { task: TaskInfo; corrected: number }) {
  const t = useWords();
  const may = useMay("manager");
  const loading = useMutation({ mutationFn: () => replay(task.id, "rejected") });
  if (!may || task.dry_run) return null;
  return (
    <>
      {loading.isSuccess && !hasEnded(task) && (
        <Typography.Text type="secondary">{loading.data.message}</Typography.Text>
      )}
      <Problem error={loading.error} />
      <Button
        type="primary"
        icon={<RedoOutlined />}
        disabled={corrected === 0 || !hasEnded(task)}
        loading={loading.isPending}
        onClick={() => loading.mutate()}
      >
        {t("repair.load", { count: corrected })}
      </Button>
    </>
  );
}
