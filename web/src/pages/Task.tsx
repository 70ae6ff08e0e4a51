import { Alert, Descriptions, Flex, Result, Skeleton, Typography } from "antd";
import { Link, useParams } from "react-router";
import { ApiProblem } from "../api/problem";
import type { TaskInfo } from "../api/tasks";
import { Counts } from "../components/Counts";
import { Problem } from "../components/Problem";
import { Progress } from "../components/Progress";
import { Repairs } from "../components/repair/Repairs";
import { StatusTag } from "../components/StatusTag";
import { StopButton } from "../components/StopButton";
import { Story } from "../components/Story";
import { Actions } from "../components/task/Actions";
import { Attempts } from "../components/task/Attempts";
import { History } from "../components/task/History";
import { useWords, type Word } from "../i18n";
import { useFormat } from "../state/format";
import { useTask } from "../state/task";

/** One task: how it stands, what happened to it, and what of it needs somebody. */
export function Task() {
  const t = useWords();
  const { id = "" } = useParams();
  const { task, error, refetch } = useTask(id);
  if (!task && error instanceof ApiProblem && [404, 422].includes(error.status)) {
    return <Result status="404" title={t("task.unknown")} extra={<Link to="/tasks">{t("app.home")}</Link>} />;
  }
  if (!task) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Skeleton active />;
  return (
    <Flex vertical gap="large">
      <Head task={task} />
      <Progress task={task} />
      {task.error && <Alert type="error" showIcon title={task.error.message} />}
      <Counts counts={task.counts} />
      <Facts task={task} />
      {task.counts.rejected > 0 && <Repairs task={task} />}
      <Attempts task={task} />
      <Story task={task} />
      <History task={task} />
    </Flex>
  );
}

function Head({ task }: { task: TaskInfo }) {
  const t = useWords();
  return (
    <Flex align="center" gap="middle" wrap>
      <Typography.Title level={3} style={{ margin: 0 }}>
        {task.about ?? t(`kind.${task.kind}` as Word)}
      </Typography.Title>
      <StatusTag task={task} />
      <StopButton task={task} />
      <Flex flex={1} justify="end">
        <Actions task={task} />
      </Flex>
    </Flex>
  );
}

function Facts({ task }: { task: TaskInfo }) {
  const t = useWords();
  const format = useFormat();
  const items = [
    { key: "kind", label: t("task.kind"), children: t(`kind.${task.kind}` as Word) },
    { key: "by", label: t("task.by"), children: task.submitted_by },
    { key: "created", label: t("task.created"), children: format.moment(task.created_at) },
    ...(task.finished_at
      ? [{ key: "finished", label: t("task.finished"), children: format.moment(task.finished_at) }]
      : []),
    { key: "attempt", label: t("task.attempt"), children: String(task.attempt) },
  ];
  return <Descriptions items={items} column={{ xs: 1, sm: 2, lg: 3 }} size="small" bordered />;
}
