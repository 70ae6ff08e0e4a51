import { useQuery } from "@tanstack/react-query";
import { Alert, Flex, Typography } from "antd";
import { useState } from "react";
import { hasEnded, type TaskInfo } from "../../api/tasks";
import { listAttempts } from "../../api/upload";
import { useWords } from "../../i18n";
import { useTask } from "../../state/task";
import { Counts } from "../Counts";
import { Problem } from "../Problem";
import { Progress } from "../Progress";
import { Mapping, type Reread } from "./Mapping";
import { Totals } from "./Totals";
import { type Shown, Verdicts } from "./Verdicts";

/** What a dry run came to: how the file was read, whether its totals add up, what would become of each row. */
export function Checked({ taskId, kind, reading, busy, onReading }: Reread) {
  const { task, error, refetch } = useTask(taskId);
  const ended = task !== undefined && hasEnded(task);
  return (
    <Flex vertical gap="middle">
      <Problem error={error} onRetry={() => void refetch()} />
      {task && !ended && <Progress task={task} />}
      {task?.error && !busy && <Alert type="error" showIcon title={task.error.message} />}
      {ended && <Mapping {...{ taskId, kind, reading, busy, onReading }} />}
      {task?.status === "completed" && !busy && <Outcome key={taskId} task={task} />}
    </Flex>
  );
}

function Outcome({ task }: { task: TaskInfo }) {
  const t = useWords();
  const [shown, setShown] = useState<Shown>(task.counts.rejected > 0 ? "reject" : "all");
  const { data, error } = useQuery({
    queryKey: ["attempts", task.id, 1],
    queryFn: () => listAttempts(task.id),
  });
  const totals = data?.items.at(-1)?.totals ?? [];
  return (
    <>
      <Typography.Text strong>{t("upload.nothing_written")}</Typography.Text>
      <Counts counts={task.counts} />
      <Problem error={error} />
      <Totals totals={totals} {...(task.counts.rejected > 0 && { onCandidates: () => setShown("reject") })} />
      <Verdicts taskId={task.id} counts={task.counts} shown={shown} onShown={setShown} />
    </>
  );
}
