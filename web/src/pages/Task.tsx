import { useQuery } from "@tanstack/react-query";
import { Alert, Descriptions, Flex, Result, Skeleton, Table, Typography } from "antd";
import { Link, useParams } from "react-router";
import { answered, client } from "../api/client";
import { ApiProblem } from "../api/problem";
import type { TaskInfo } from "../api/tasks";
import { Counts } from "../components/Counts";
import { Problem } from "../components/Problem";
import { Progress } from "../components/Progress";
import { StatusTag } from "../components/StatusTag";
import { StopButton } from "../components/StopButton";
import { Story } from "../components/Story";
import { useWords, type Word } from "../i18n";
import { useFormat } from "../state/format";
import { useTask } from "../state/task";

const MOST_SHOWN = 100;

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
      {task.counts.rejected > 0 && <Rejects task={task} />}
      <Story task={task} />
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
    </Flex>
  );
}

function Facts({ task }: { task: TaskInfo }) {
  const t = useWords();
  const format = useFormat();
  const items = [
    { key: "kind", label: t("task.kind"), children: t(`kind.${task.kind}` as Word) },
    { key: "by", label: t("task.by"), children: task.submitted_by },
    { key: "created", label: t("task.created"), children: format.moment(task.created_at, true) },
    ...(task.finished_at
      ? [{ key: "finished", label: t("task.finished"), children: format.moment(task.finished_at, true) }]
      : []),
    { key: "attempt", label: t("task.attempt"), children: String(task.attempt) },
  ];
  return <Descriptions items={items} column={{ xs: 1, sm: 2, lg: 3 }} size="small" bordered />;
}

function Rejects({ task }: { task: TaskInfo }) {
  const t = useWords();
  const { data, error } = useQuery({
    queryKey: ["rejects", task.id, task.attempt, task.counts.rejected],
    queryFn: () =>
      answered(
        client.GET("/api/v1/tasks/{task_id}/rejects", {
          params: { path: { task_id: task.id }, query: { limit: MOST_SHOWN } },
        }),
      ),
  });
  return (
    <section>
      <Typography.Title level={4}>{t("task.rejects")}</Typography.Title>
      <Problem error={error} />
      <Table
        rowKey={(row) => `${row.attempt}:${row.row_no}`}
        size="small"
        pagination={false}
        scroll={{ x: "max-content" }}
        dataSource={data?.items ?? []}
        loading={!data && !error}
        columns={[
          { title: "№", key: "row", align: "right", render: (_, row) => row.sheet_row ?? row.row_no },
          { title: t("task.field"), dataIndex: "field", key: "field" },
          { title: t("task.value"), dataIndex: "value", key: "value" },
          { title: t("task.why"), dataIndex: "message", key: "message" },
        ]}
      />
    </section>
  );
}
