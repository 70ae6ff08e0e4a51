import { Alert, Flex } from "antd";
import { Link } from "react-router";
import { useWords } from "../../i18n";
import { useTask } from "../../state/task";
import { Counts } from "../Counts";
import { Problem } from "../Problem";
import { Progress } from "../Progress";
import { StatusTag } from "../StatusTag";
import { StopButton } from "../StopButton";

/** A file that has become a task, as it goes. */
export function Loaded({ taskId }: { taskId: string }) {
  const t = useWords();
  const { task, error, refetch } = useTask(taskId);
  if (!task) return <Problem error={error} onRetry={() => void refetch()} />;
  const rejected = task.counts.rejected;
  return (
    <Flex vertical gap="small">
      <Flex gap="small" align="center" wrap>
        <StatusTag task={task} />
        <StopButton task={task} />
        <Link to={`/tasks/${taskId}`}>
          {rejected > 0 ? t("upload.to_repair", { rejected }) : t("upload.to_task")}
        </Link>
      </Flex>
      <Progress task={task} />
      <Counts counts={task.counts} />
      {task.error && <Alert type="error" showIcon title={task.error.message} />}
    </Flex>
  );
}
