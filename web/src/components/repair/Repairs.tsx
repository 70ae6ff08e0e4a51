import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Collapse, Empty, Flex, Skeleton, Tag, Typography } from "antd";
import { useState } from "react";
import { listGroups, type RejectGroup } from "../../api/rejects";
import type { TaskInfo } from "../../api/tasks";
import { useWords } from "../../i18n";
import { Problem } from "../Problem";
import { ErrorFile } from "./ErrorFile";
import { Group } from "./Group";
import { LoadCorrected } from "./LoadCorrected";

/** Rejected rows by their cause, each with its own lines, to be put right here or in a file. */
export function Repairs({ task }: { task: TaskInfo }) {
  const t = useWords();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ["reject-groups", task.id, task.attempt, task.status, task.counts.rejected],
    queryFn: () => listGroups(task.id),
    placeholderData: (before) => before,
  });
  const groups = query.data?.items ?? [];
  const corrected = groups.reduce((sum, group) => sum + group.corrected, 0);
  const changed = () => void queries.invalidateQueries({ queryKey: ["reject-groups", task.id] });
  return (
    <section>
      <Flex justify="space-between" align="center" gap="small" wrap style={{ marginBottom: 12 }}>
        <Typography.Title level={4} style={{ margin: 0 }}>
          {t("repair.title")}
        </Typography.Title>
        <Flex gap="small" wrap>
          <LoadCorrected task={task} corrected={corrected} />
        </Flex>
      </Flex>
      <Flex vertical gap="middle">
        <Problem error={query.error} onRetry={() => void query.refetch()} />
        {query.isPending && !query.error && <Skeleton active />}
        {query.data && groups.length === 0 && <Empty description={t("repair.none")} />}
        {groups.length > 0 && <Groups task={task} groups={groups} onChanged={changed} />}
        <ErrorFile task={task} onChanged={changed} />
      </Flex>
    </section>
  );
}

interface GroupsProps {
  task: TaskInfo;
  groups: readonly RejectGroup[];
  onChanged(): void;
}

/** One cause is open at a time; behind its last row Enter opens the next. */
function Groups({ task, groups, onChanged }: GroupsProps) {
  const [open, setOpen] = useState<string | null>(null);
  // Who came by Enter types on; who has opened a group looks first.
  const [typing, setTyping] = useState(false);
  const show = (fingerprint: string, byEnter: boolean) => {
    setTyping(byEnter);
    setOpen(fingerprint);
  };
  const items = groups.map((group, place) => {
    const next = groups[place + 1]?.fingerprint ?? "";
    const props = { task, group, typing, onChanged, onEnd: () => show(next, true) };
    return { key: group.fingerprint, label: <Heading group={group} />, children: <Group {...props} /> };
  });
  return (
    <Collapse
      accordion
      destroyOnHidden
      activeKey={open ?? groups[0]?.fingerprint ?? ""}
      onChange={([key]) => show(key ?? "", false)}
      items={items}
    />
  );
}

function Heading({ group }: { group: RejectGroup }) {
  const t = useWords();
  return (
    <Flex gap="small" align="center" wrap>
      <Typography.Text strong>
        {group.field && `${group.field}: `}
        {group.message}
      </Typography.Text>
      <Tag>{t("repair.rows", { count: group.rows })}</Tag>
      {group.corrected > 0 && (
        <Tag color="processing">{t("repair.corrected", { count: group.corrected })}</Tag>
      )}
    </Flex>
  );
}
