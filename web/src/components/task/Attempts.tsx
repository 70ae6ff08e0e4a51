import { useQuery } from "@tanstack/react-query";
import { Button, Flex, Table, Typography } from "antd";
import { useState } from "react";
import type { TaskInfo } from "../../api/tasks";
import { VERDICTS } from "../../api/tasks";
import { type Attempt, listAttempts } from "../../api/upload";
import { useWords, type Word } from "../../i18n";
import { useFormat } from "../../state/format";
import { Problem } from "../Problem";
import { Totals } from "../upload/Totals";
import { Difference } from "./Difference";

/** Each run over the source, what it came to, and what it did otherwise than the one before. */
export function Attempts({ task }: { task: TaskInfo }) {
  const t = useWords();
  const [compared, setCompared] = useState<number | null>(null);
  const { data, error } = useQuery({
    queryKey: ["attempts", task.id, task.attempt, task.status, task.outcome],
    queryFn: () => listAttempts(task.id),
    placeholderData: (before) => before,
  });
  const attempts = data?.items ?? [];
  const columns = useColumns(attempts, setCompared);
  // Totals are of a reading of the source: a repair reads only some of its rows.
  const totals = attempts.findLast((one) => one.totals.length > 0)?.totals ?? [];
  return (
    <>
      <Totals totals={totals} />
      <Problem error={error} />
      {attempts.length > 1 && (
        <section>
          <Typography.Title level={4}>{t("repair.attempts")}</Typography.Title>
          <Flex vertical gap="middle">
            <Table<Attempt>
              rowKey="attempt"
              size="small"
              pagination={false}
              scroll={{ x: "max-content" }}
              dataSource={attempts}
              columns={columns}
            />
            {compared !== null && <Difference taskId={task.id} first={compared - 1} second={compared} />}
          </Flex>
        </section>
      )}
    </>
  );
}

function useColumns(attempts: readonly Attempt[], onCompare: (attempt: number) => void) {
  const t = useWords();
  const format = useFormat();
  const ended = (one: Attempt) => one.finished_at !== null;
  return [
    { title: "№", dataIndex: "attempt", key: "attempt", align: "right" as const },
    {
      title: t("repair.scope"),
      key: "scope",
      render: (_: unknown, one: Attempt) => t(`repair.scope.${one.scope}` as Word),
    },
    {
      title: t("tasks.status"),
      key: "status",
      render: (_: unknown, one: Attempt) =>
        t(
          `status.${one.status === "completed" && one.outcome && one.outcome !== "clean" ? one.outcome : one.status}`,
        ),
    },
    {
      title: "",
      key: "compare",
      render: (_: unknown, one: Attempt) =>
        one.attempt > 1 &&
        ended(one) && (
          <Button type="link" size="small" onClick={() => onCompare(one.attempt)}>
            {t("repair.compare")}
          </Button>
        ),
    },
    ...VERDICTS.filter((verdict) => attempts.some((one) => one.counts[verdict] > 0)).map((verdict) => ({
      title: t(`verdict.${verdict}`),
      key: verdict,
      align: "right" as const,
      render: (_: unknown, one: Attempt) => (one.counts[verdict] ? format.number(one.counts[verdict]) : ""),
    })),
    { title: t("tasks.who"), dataIndex: "requested_by", key: "who" },
    {
      title: t("tasks.when"),
      key: "when",
      render: (_: unknown, one: Attempt) => format.moment(one.queued_at),
    },
  ];
}
