import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Flex } from "antd";
import { Link } from "react-router";
import { ApiProblem } from "../../api/problem";
import { getTask } from "../../api/tasks";
import { useWords } from "../../i18n";
import { useFormat } from "../../state/format";

/** The task that has loaded these very bytes, where the API refused them for that. */
export function loadedBefore(error: unknown): string | null {
  if (!(error instanceof ApiProblem) || error.code !== "file_already_imported") return null;
  const id: unknown = error.details.args?.task_id;
  return typeof id === "string" ? id : null;
}

/** "Already loaded on 3 March by Ivanova", with the way there and the way to load it all the same. */
export function AlreadyLoaded({ taskId, onForce }: { taskId: string; onForce(): void }) {
  const t = useWords();
  const format = useFormat();
  const { data: task } = useQuery({ queryKey: ["task", taskId], queryFn: () => getTask(taskId) });
  const when = task && format.longDay(task.finished_at ?? task.created_at);
  return (
    <Alert
      type="warning"
      showIcon
      title={
        task ? t("upload.already", { when: when ?? "", who: task.submitted_by }) : t("upload.already_bare")
      }
      description={
        <Flex gap="small" align="center" wrap>
          <Link to={`/tasks/${taskId}`}>{t("upload.to_task")}</Link>
          <Button size="small" onClick={onForce}>
            {t("upload.force")}
          </Button>
        </Flex>
      }
    />
  );
}
